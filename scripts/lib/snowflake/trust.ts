import { Failure } from "../failure.ts";
import type { Described } from "./describe.ts";

/** Whom the roles trust, as the stack's configuration has it; of each integration both values, or neither. */
export interface Trust {
  apiAwsIamUserArn?: string;
  apiAwsExternalId?: string;
  storageAwsIamUserArn?: string;
  storageAwsExternalId?: string;
}

export type TrustKey = keyof Trust;

const kinds = ["api", "storage"] as const;

const shapes = {
  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
  AwsIamUserArn: {
    pattern: /^arn:aws(-[a-z]+)*:iam::\d{12}:user\/[\w+=,.@/-]{1,576}$/,
    allowed: "the ARN of one IAM user, arn:aws:iam::ACCOUNT:user/NAME",
  },
  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
  AwsExternalId: { pattern: /^[\w+=,.@:/-]{2,1224}$/, allowed: "2 to 1,224 letters, digits and _+=,.@:/-" },
};

/** As Snowflake calls it: `API_AWS_IAM_USER_ARN`. */
const propertyOf = (key: TrustKey): string => key.replace(/[A-Z]/g, "_$&").toUpperCase();

export const trustOf = (described: Described): Trust => ({
  ...(described.API_AWS_IAM_USER_ARN && { apiAwsIamUserArn: described.API_AWS_IAM_USER_ARN }),
  ...(described.API_AWS_EXTERNAL_ID && { apiAwsExternalId: described.API_AWS_EXTERNAL_ID }),
  ...(described.STORAGE_AWS_IAM_USER_ARN && { storageAwsIamUserArn: described.STORAGE_AWS_IAM_USER_ARN }),
  ...(described.STORAGE_AWS_EXTERNAL_ID && { storageAwsExternalId: described.STORAGE_AWS_EXTERNAL_ID }),
});

/**
 * Checks shapes, and that each pair is whole.
 * @throws {Failure} naming the property, its value and what is allowed.
 */
export function checkTrust(trust: Trust): void {
  for (const kind of kinds) {
    const [user, id] = [`${kind}AwsIamUserArn`, `${kind}AwsExternalId`] as const;
    for (const [one, other] of [
      [user, id],
      [id, user],
    ] as const) {
      if (trust[one] !== undefined && trust[other] === undefined) {
        throw new Failure(`${propertyOf(other)} is missing, ${propertyOf(one)} is there: a trust is both or neither`);
      }
    }
  }
  for (const [key, value] of Object.entries(trust) as [TrustKey, string][]) {
    const { pattern, allowed } = key.endsWith("Arn") ? shapes.AwsIamUserArn : shapes.AwsExternalId;
    if (!pattern.test(value))
      throw new Failure(`${propertyOf(key)} is ${JSON.stringify(value)}; allowed is ${allowed}`);
  }
  if (Object.keys(trust).length === 0) throw new Failure("There is neither a user's ARN nor an external id in it");
}

/**
 * Checks that the integrations assume the stack's roles: a paste from another stack's would never work.
 * @throws {Failure} naming both roles.
 */
export function checkRoles(described: Described, outputs: Record<string, unknown>, stack: string): void {
  for (const [property, output] of [
    ["API_AWS_ROLE_ARN", "snowflakeExternalFunctionRoleArn"],
    ["STORAGE_AWS_ROLE_ARN", "snowflakeStorageRoleArn"],
  ] as const) {
    const [theirs, ours] = [described[property], outputs[output]];
    if (theirs === undefined || ours === undefined || theirs === ours) continue;
    throw new Failure(
      `${property} is ${theirs}, but stack "${stack}" has ${String(ours)}. Run its statements: dsp snowflake sql integrations --stack ${stack}`,
    );
  }
}

/** Whether both integrations are trusted, once `up` has run. */
export const isWhole = (trust: Trust): boolean => Boolean(trust.apiAwsIamUserArn && trust.storageAwsIamUserArn);
