import { matches, type Rule } from "../validation.ts";

/** Who in Snowflake's account assumes a role, as `DESCRIBE INTEGRATION` tells it. */
export interface SnowflakeTrust {
  /**
   * ARN of the one IAM user that Snowflake acts as.
   * @example "arn:aws:iam::123456789012:user/abc1-s-iest2345"
   */
  iamUserArn: string;
  /**
   * What Snowflake says with each call: the integration's own external id.
   * @example "MYACCOUNT_SFCRole=2_a123456/s0aBCDEfGHIJklmNoPq="
   */
  externalId: string;
}

/** `pending`: the integration is not described yet, so only this account is trusted. `established`: it is. */
export type TrustState = "pending" | "established";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
const userArn = /^arn:aws(-[a-z]+)*:iam::\d{12}:user\/[\w+=,.@/-]{1,576}$/;
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const externalId = /^[\w+=,.@:/-]{2,1224}$/;

/** Both values of a pair, or neither; each of its own shape. */
export function trustRules(field: string, trust: Partial<SnowflakeTrust> | undefined): Rule[] {
  if (!trust) return [];
  const half = (one: keyof SnowflakeTrust, other: keyof SnowflakeTrust): Rule => ({
    ok: !trust[other] || Boolean(trust[one]),
    field: `${field}.${one}`,
    value: trust[one],
    allowed: `a value where ${other} has one: a trust is both or neither`,
  });
  return [
    half("iamUserArn", "externalId"),
    half("externalId", "iamUserArn"),
    matches(
      `${field}.iamUserArn`,
      trust.iamUserArn || undefined,
      userArn,
      "the ARN of one IAM user, arn:aws:iam::ACCOUNT:user/NAME, as DESCRIBE INTEGRATION shows it",
    ),
    matches(
      `${field}.externalId`,
      trust.externalId || undefined,
      externalId,
      "2 to 1,224 letters, digits and _+=,.@:/-, as DESCRIBE INTEGRATION shows it",
    ),
  ];
}

/** A pair with both of its values; empty ones count as none. */
export const established = (trust: Partial<SnowflakeTrust> | undefined): SnowflakeTrust | undefined =>
  trust?.iamUserArn && trust.externalId ? { iamUserArn: trust.iamUserArn, externalId: trust.externalId } : undefined;

/**
 * A role's trust policy. Without a pair Snowflake's user is not known yet; this account stands in for it, so that the
 * role, whose ARN the integration is made with, can be there first.
 */
export const trustPolicy = (trust: SnowflakeTrust | undefined, accountId: string): object => ({
  Version: "2012-10-17",
  Statement: [
    trust
      ? {
          Effect: "Allow",
          Principal: { AWS: trust.iamUserArn },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "sts:ExternalId": trust.externalId } },
        }
      : { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: "sts:AssumeRole" },
  ],
});
