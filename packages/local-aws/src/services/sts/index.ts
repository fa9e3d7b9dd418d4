/** Identities of callers, and temporary credentials. https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html */

import type { Directory } from "../../authorization/directory.ts";
import { checkTags, constraint, noSuchEntity, policySize, validationError } from "../../authorization/limits.ts";
import { managedPolicyDocument } from "../../authorization/managed.ts";
import { assumedRole, assumeRoleAccess, existingRole, openSession } from "../../authorization/sessions.ts";
import { parsePolicy } from "../../authorization/validate.ts";
import { tagList } from "../../kit/tags.ts";
import type { OperationOf } from "../../operations.ts";
import type { Input } from "../../sdks.ts";
import { type Access, AwsError, type Call, type Cloud, type RoleSession, type Service } from "../../service.ts";

type AssumeRole = Input<"sts", "AssumeRole">;

/** Characters of a session policy. */
const maxPolicy = 2048;

export function createSts(cloud: Cloud, directory: Directory): Service {
  const { accountId } = cloud;
  /** The session that a role is assumed from, if it is one: what it passes on cannot be changed. */
  const sessionOf = ({ accessKeyId }: Call["principal"]) =>
    accessKeyId === undefined ? undefined : directory.key(accessKeyId);

  const AssumeRole: OperationOf<"sts", "AssumeRole"> = {
    access(input, { principal }) {
      const role = existingRole(directory, input.RoleArn, principal);
      const context = assumeRoleContext(input);
      const actions = ["sts:AssumeRole"];
      if (input.Tags?.length) actions.push("sts:TagSession");
      if (input.SourceIdentity || sessionOf(principal)?.sourceIdentity) actions.push("sts:SetSourceIdentity");
      return actions.map((action) => assumeRoleAccess(role, context, action));
    },
    run(input, { principal }) {
      const role = existingRole(directory, input.RoleArn, principal);
      checkSessionName(input.RoleSessionName);
      const durationSeconds = input.DurationSeconds ?? 3600;
      checkDuration(durationSeconds, 43_200);
      if (durationSeconds > role.MaxSessionDuration) {
        throw validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
      }
      if (principal.kind === "role" && durationSeconds > 3600) {
        throw validationError(
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        );
      }
      const { sourceIdentity = input.SourceIdentity, transitive: inherited = {} } = sessionOf(principal) ?? {};
      if (input.SourceIdentity && input.SourceIdentity !== sourceIdentity) {
        throw new AwsError("AccessDenied", "The source identity of a session cannot be changed", 403);
      }
      const inheritedKeys = new Set(Object.keys(inherited).map(lower));
      if ((input.Tags ?? []).some(({ Key = "" }) => inheritedKeys.has(lower(Key)))) {
        throw new AwsError(
          "InvalidParameterValue",
          "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
          400,
        );
      }
      const tags = checkTags([...tagList(inherited), ...(input.Tags ?? [])]);
      const handedOn = new Set([...Object.keys(inherited), ...(input.TransitiveTagKeys ?? [])].map(lower));
      const transitive = Object.fromEntries(Object.entries(tags).filter(([key]) => handedOn.has(lower(key))));
      const policies = sessionPolicies(directory, input);
      const session = openSession(directory, assumedRole(role, input.RoleSessionName, accountId), {
        durationSeconds,
        policies,
        tags,
        transitive,
        sourceIdentity,
      });
      return {
        Credentials: describe(session),
        AssumedRoleUser: { AssumedRoleId: session.principal.userId, Arn: session.principal.arn },
        ...(policies.length > 0 && { PackedPolicySize: packedSize(policies) }),
        ...(sourceIdentity && { SourceIdentity: sourceIdentity }),
      };
    },
  };

  const GetSessionToken: OperationOf<"sts", "GetSessionToken"> = {
    access: () => [],
    run({ DurationSeconds: durationSeconds = 43_200 }, { principal }) {
      if (principal.kind === "role" || principal.accessKeyId?.startsWith("ASIA")) {
        throw new AwsError("AccessDenied", "Cannot call GetSessionToken with session credentials", 403);
      }
      checkDuration(durationSeconds, 129_600);
      return { Credentials: describe(openSession(directory, principal, { durationSeconds })) };
    },
  };

  return {
    name: "sts",
    shapes: () => import("@aws-sdk/client-sts"),
    // Their caller proves its identity with a token.
    unsigned: { AssumeRoleWithWebIdentity: undefined, AssumeRoleWithSAML: undefined },
    operations: {
      AssumeRole,
      GetSessionToken,
      GetCallerIdentity: {
        // Every signed caller may, whatever its policies say.
        access: (_input, call) => signed(call),
        run: (_input, { principal }) => ({
          UserId: principal.userId,
          Account: principal.accountId,
          Arn: principal.arn,
        }),
      },
      GetAccessKeyInfo: {
        access: () => [{ action: "sts:GetAccessKeyInfo", resource: "*" }],
        run({ AccessKeyId }: { AccessKeyId: string }) {
          const key = AccessKeyId === "test" ? { principal: { accountId } } : directory.key(AccessKeyId);
          if (!key) throw validationError(`Invalid AccessKeyId ${AccessKeyId}`);
          return { Account: key.principal.accountId };
        },
      },
    },
  };
}

const lower = (key: string): string => key.toLowerCase();

/** No permission is needed, but a signature is. */
function signed({ principal }: Call): Access[] {
  if (principal.kind !== "anonymous") return [];
  throw new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-sts */
function assumeRoleContext(input: AssumeRole): Record<string, string> {
  return {
    "sts:RoleSessionName": input.RoleSessionName,
    ...(input.ExternalId !== undefined && { "sts:ExternalId": input.ExternalId }),
    ...(input.SourceIdentity !== undefined && { "sts:SourceIdentity": input.SourceIdentity }),
  };
}

function checkSessionName(name: string): void {
  if (name.length < 2) throw constraint("roleSessionName", name, "Member must have length greater than or equal to 2");
  if (name.length > 64) throw constraint("roleSessionName", name, "Member must have length less than or equal to 64");
  if (!/^[\w+=,.@-]*$/.test(name)) {
    throw constraint("roleSessionName", name, "Member must satisfy regular expression pattern: [\\w+=,.@-]*");
  }
}

function checkDuration(seconds: number, max: number): void {
  if (seconds < 900) {
    throw constraint("durationSeconds", String(seconds), "Member must have value greater than or equal to 900");
  }
  if (seconds > max) {
    throw constraint("durationSeconds", String(seconds), `Member must have value less than or equal to ${max}`);
  }
}

/** The policies that limit a session, as text: managed ones are captured as they are now, until it ends. */
function sessionPolicies(directory: Directory, { Policy, PolicyArns = [] }: AssumeRole): string[] {
  const texts = PolicyArns.map(({ arn = "" }) => {
    const document = managedPolicyDocument(directory, arn);
    if (!document) throw noSuchEntity(`Policy ${arn} does not exist.`);
    return JSON.stringify(document);
  });
  if (Policy === undefined) return texts;
  parsePolicy(Policy, "identity");
  if (policySize(Policy) > maxPolicy) {
    const message = `Packed policy consumes ${packedSize([Policy])}% of allotted space, please use smaller policy.`;
    throw new AwsError("PackedPolicyTooLargeException", message, 400);
  }
  return [Policy, ...texts];
}

/** Percent of what is allowed. */
const packedSize = (policies: string[]): number =>
  Math.ceil((100 * policies.reduce((sum, text) => sum + policySize(text), 0)) / maxPolicy);

const describe = ({ credentials }: RoleSession) => ({
  AccessKeyId: credentials.accessKeyId,
  SecretAccessKey: credentials.secretAccessKey,
  SessionToken: credentials.sessionToken,
  Expiration: credentials.expiration,
});
