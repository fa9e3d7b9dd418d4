/** Bucket policies: what S3 checks when one is put. */

import { compilePattern, matchesPattern } from "../../authorization/pattern.ts";
import { list } from "../../authorization/principals.ts";
import { parsePolicy } from "../../authorization/validate.ts";
import { AwsError, type PolicyDocument, type PolicyStatement } from "../../service.ts";
import { bucketArn } from "./access.ts";
import type { BucketRecord } from "./records.ts";

const maxSize = 20 * 1024;

/** @returns the policy as it was given. @throws AwsError `MalformedPolicy`, `AccessDenied` when it is public and public policies are blocked. */
export function checkBucketPolicy(text: string, bucket: BucketRecord): string {
  if (Buffer.byteLength(text) > maxSize) throw malformed("The policy document exceeds 20 KB");
  const policy = parsed(text);
  for (const statement of list<PolicyStatement>(policy.Statement)) {
    for (const action of [...list(statement.Action ?? []), ...list(statement.NotAction ?? [])]) {
      if (action !== "*" && !/^s3:/i.test(action)) throw malformed("Policy has invalid action");
    }
    for (const resource of [...list(statement.Resource ?? []), ...list(statement.NotResource ?? [])]) {
      const own = bucketArn(bucket.name);
      const names = resource === "*" || resource === own || resource.startsWith(`${own}/`);
      if (!names && !matchesPattern(compilePattern(resource), own)) throw malformed("Policy has invalid resource");
    }
  }
  if (bucket.publicAccessBlock?.BlockPublicPolicy && isPublic(text)) {
    const message = `User is not authorized to perform: s3:PutBucketPolicy on resource: "${bucketArn(bucket.name)}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`;
    throw new AwsError("AccessDenied", message, 403);
  }
  return text;
}

function parsed(text: string): PolicyDocument {
  try {
    return parsePolicy(text, "resource");
  } catch (error) {
    throw malformed((error as Error).message);
  }
}

const malformed = (message: string) => new AwsError("MalformedPolicy", message, 400);

/** Condition keys whose fixed values make a statement for everyone non-public. */
const narrowing =
  /^(aws:(principalarn|principalaccount|principalorgid|sourcearn|sourceaccount|sourcevpc|sourcevpce|sourceip|userid)|s3:dataaccesspointarn|s3:x-amz-server-side-encryption-aws-kms-key-id)$/i;

/**
 * Whether a policy grants anything to everyone.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export function isPublic(text: string): boolean {
  const { Statement } = JSON.parse(text) as PolicyDocument;
  return list<PolicyStatement>(Statement).some(({ Effect, Principal, NotPrincipal, Condition = {} }) => {
    if (Effect !== "Allow") return false;
    const everyone =
      NotPrincipal !== undefined ||
      Principal === "*" ||
      list((Principal as Record<string, string | string[]> | undefined)?.AWS ?? []).includes("*");
    if (!everyone) return false;
    const keys = Object.entries(Condition)
      .filter(([operator]) => !/not|ifexists|null/i.test(operator))
      .flatMap(([, tests]) => Object.entries(tests));
    return !keys.some(
      ([key, values]) =>
        narrowing.test(key) &&
        list(values as string).every((value) => !/[*?]/.test(String(value)) && value !== "0.0.0.0/0"),
    );
  });
}
