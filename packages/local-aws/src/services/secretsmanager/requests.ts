/** What requests to several operations have in common. */

import type * as sdk from "@aws-sdk/client-secrets-manager";
import { brokenConstraint } from "../../kit/constraint.ts";
import { policyOf } from "../../kit/permissions.ts";
import { type Access, AwsError, type Call } from "../../service.ts";
import { invalidParameter, invalidRequest, type Secret, type Secrets } from "./secrets.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const maxBytes = 65_536;

/** What IAM must allow, including the secret's own policy. */
export const accessOf =
  (secrets: Secrets) =>
  (action: string, id: string): Access[] => {
    const secret = secrets.find(id);
    const resourcePolicy = policyOf(secret?.policy);
    const resource = secret?.arn ?? secrets.unknownArn(id);
    return [{ action: `secretsmanager:${action}`, resource, ...(resourcePolicy && { resourcePolicy }) }];
  };

/** SDKs generate one for each call; requests must contain it. */
export function token(given: string | undefined, { sourceIp }: Call): string {
  if (given !== undefined && given !== "") return given;
  if (sourceIp === undefined) return crypto.randomUUID();
  throw invalidRequest("You must provide a ClientRequestToken value. We recommend a UUID-type value.");
}

/** @throws AwsError when both values are given, or one is too large. */
export function valueIn({
  SecretString: text,
  SecretBinary: binary,
}: Pick<sdk.PutSecretValueRequest, "SecretString"> & { SecretBinary?: Uint8Array | undefined }) {
  if (text !== undefined && binary !== undefined)
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  if (Buffer.byteLength(text ?? binary ?? "") > maxBytes)
    throw new AwsError(
      "ValidationException",
      brokenConstraint(undefined, "secretString", `Member must have length less than or equal to ${maxBytes}`),
    );
  if (binary !== undefined) return { binary: Buffer.from(binary).toString("base64") };
  return text === undefined ? undefined : { text };
}

export const invalidToken = () => new AwsError("InvalidNextTokenException", "The token is not valid.");

/** A filter's values are prefixes, or, after `!`, excluded prefixes. */
export function matches({ name, description = "", tags = {} }: Secret, filters: sdk.Filter[]): boolean {
  const texts: Record<string, string[]> = {
    name: [name],
    description: [description],
    "tag-key": Object.keys(tags),
    "tag-value": Object.values(tags),
    all: [name, description, ...Object.keys(tags), ...Object.values(tags)],
  };
  return filters.every(({ Key = "", Values = [] }) =>
    Values.some((value) => {
      const begins = (start: string) => (texts[Key] ?? []).some((text) => text.startsWith(start));
      return value.startsWith("!") ? !begins(value.slice(1)) : begins(value);
    }),
  );
}
