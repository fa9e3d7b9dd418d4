/** Who may use a key, and whether a key can be used at all. */
import type { KeyUsageType } from "@aws-sdk/client-kms";
import { parsedPolicy } from "../../kit/permissions.ts";
import { type Access, AwsError, type PolicyDocument, type PolicyStatement } from "../../service.ts";
import { type Grant, invalidState, type Key, keyState, type Records } from "./records.ts";

/** Of a ciphertext: it is needed again to decrypt, and policies may require it. */
export type Context = Record<string, string> | undefined;

/** A key's policy and its grants decide who may use it; where the policy names the account, the caller's own policies decide. */
export function use(records: Records, operation: string, given: string, context: Access["context"] = {}): Access {
  const { id, policy } = records.found(given);
  return {
    action: `kms:${operation}`,
    resource: records.arn(id),
    resourcePolicy: withGrants(policy, records.grantsOf(id)),
    rule: "resource",
    context,
  };
}

/** Condition keys of an encryption context. */
export function contextKeys(context: Context = {}): NonNullable<Access["context"]> {
  const entries = Object.entries(context);
  return {
    ...(entries.length > 0 && { "kms:EncryptionContextKeys": Object.keys(context) }),
    ...Object.fromEntries(entries.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
  };
}

function withGrants(policy: string, grants: Grant[]): PolicyDocument {
  if (grants.length === 0) return parsedPolicy(policy);
  const document = parsedPolicy(policy);
  const Statement = [...[document.Statement].flat(), ...grants.flatMap(statements)];
  return parsedPolicy(JSON.stringify({ ...document, Statement }));
}

/** A grant in the form of a policy's statements. */
function statements({ grantee, retiring, operations, constraints = {} }: Grant): PolicyStatement[] {
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } = constraints;
  const pairs = Object.entries(equal ?? subset ?? {}).map(([key, value]) => [`kms:EncryptionContext:${key}`, value]);
  const Condition = {
    ...(pairs.length > 0 && { StringEquals: Object.fromEntries(pairs) }),
    ...(equal && { "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": Object.keys(equal) } }),
  };
  const allow = (principal: string, actions: string[]): PolicyStatement => ({
    Effect: "Allow",
    Principal: principal.startsWith("arn:") ? { AWS: principal } : { Service: principal },
    Action: actions,
    Resource: "*",
  });
  const used = allow(
    grantee,
    operations.map((operation) => `kms:${operation}`),
  );
  return [
    Object.keys(Condition).length > 0 ? { ...used, Condition } : used,
    ...(retiring ? [allow(retiring, ["kms:RetireGrant"])] : []),
  ];
}

/** @throws AwsError where the key is not in use, or not for that. */
export function usable(records: Records, given: string, operation: string, usages: KeyUsageType[]): Key {
  const key = records.usable(given);
  const { usage = "ENCRYPT_DECRYPT" } = key;
  const arn = records.arn(key.id);
  checkState(records, key);
  if (!usages.includes(usage)) {
    const message = `${arn} key usage is ${usage} which is not valid for ${operation}.`;
    throw new AwsError("InvalidKeyUsageException", message);
  }
  return key;
}

/** @throws AwsError for a key that is disabled or has no material yet. */
export function checkState(records: Records, key: Key): void {
  const arn = records.arn(key.id);
  if (keyState(key) === "PendingImport") throw invalidState(`${arn} is pending import.`);
  if (!key.enabled) throw new AwsError("DisabledException", `${arn} is disabled.`);
}

/** Whether a dry run is asked for that takes no ciphertext. https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html */
export const ignoresCiphertext = ({
  DryRun,
  DryRunModifiers = [],
}: {
  DryRun?: boolean | undefined;
  DryRunModifiers?: string[] | undefined;
}): boolean => DryRun === true && DryRunModifiers.includes("IGNORE_CIPHERTEXT");

/** @throws AwsError for a dry run that would succeed, and for an enclave, which this machine is not. */
export function checkSwitches({
  DryRun,
  Recipient,
}: {
  DryRun?: boolean | undefined;
  Recipient?: object | undefined;
}): void {
  if (Recipient)
    throw new AwsError("UnsupportedOperationException", "The local cloud has no enclaves: Recipient cannot be given.");
  if (DryRun)
    throw new AwsError("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");
}
