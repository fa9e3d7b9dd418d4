/** Grants: a key's use for one principal, beside its policy. https://docs.aws.amazon.com/kms/latest/developerguide/grants.html */
import { createHash, randomBytes } from "node:crypto";
import type { CreateGrantRequest, GrantListEntry } from "@aws-sdk/client-kms";
import { brokenConstraint } from "../../kit/constraint.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Call } from "../../service.ts";
import { checkState, checkSwitches, use } from "./access.ts";
import { keyPage } from "./keys.ts";
import { type Grant, notFound, type Records } from "./records.ts";

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html */
const grantable = [
  "Decrypt",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "ReEncryptFrom",
  "ReEncryptTo",
  "Sign",
  "Verify",
  "GetPublicKey",
  "CreateGrant",
  "RetireGrant",
  "DescribeKey",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
  "GenerateMac",
  "VerifyMac",
  "DeriveSharedSecret",
];

export function grantOperations(records: Records): Operations<"kms"> {
  const { grants } = records;
  const entry = ({ id, keyId, created, account, ...grant }: Grant): GrantListEntry => ({
    KeyId: records.arn(keyId),
    GrantId: id,
    ...(grant.name !== undefined && { Name: grant.name }),
    CreationDate: new Date(created),
    GranteePrincipal: grant.grantee,
    ...(grant.retiring && { RetiringPrincipal: grant.retiring }),
    IssuingAccount: `arn:aws:iam::${account}:root`,
    Operations: grant.operations as NonNullable<GrantListEntry["Operations"]>,
    ...(grant.constraints && { Constraints: grant.constraints }),
  });
  const find = (keyId: string, id: string): Grant => {
    const found = grants.get(`${keyId}/${id}`);
    if (!found) throw notFound(`Grant ID ${id} not found`);
    return found;
  };
  const remove = ({ keyId, id }: Grant) => grants.delete(`${keyId}/${id}`);
  const byToken = (token: string) => grants.values().find((grant) => grant.token === token);
  const retired = (input: { GrantToken?: string; KeyId?: string; GrantId?: string }): Grant => {
    const { GrantToken: token, KeyId, GrantId } = input;
    if (token !== undefined) {
      const found = byToken(token);
      if (!found) throw new AwsError("InvalidGrantTokenException", "The grant token is not valid.");
      return found;
    }
    if (KeyId === undefined || GrantId === undefined)
      throw new AwsError("ValidationException", "Either a grant token, or a key and a grant ID must be given.");
    return find(records.found(KeyId).id, GrantId);
  };

  return {
    CreateGrant: {
      access: ({ KeyId, Constraints, ...input }, call) => [
        use(records, "CreateGrant", KeyId, {
          "kms:GranteePrincipal": input.GranteePrincipal ?? "",
          "kms:GrantOperations": input.Operations ?? [],
          "kms:GrantIsForAWSResource": String(call.principal.kind === "service" || call.principal.via !== undefined),
          ...(input.RetiringPrincipal && { "kms:RetiringPrincipal": input.RetiringPrincipal }),
          ...(Constraints && { "kms:GrantConstraintType": Object.keys(Constraints) }),
        }),
      ],
      run(input, call) {
        const key = records.usable(input.KeyId);
        checkState(records, key);
        checkGrant(input);
        checkSwitches(input);
        const grant = records.grantsOf(key.id).find((one) => isSame(one, input)) ?? made(key.id, input, call);
        grants.put(`${key.id}/${grant.id}`, grant);
        return { GrantId: grant.id, GrantToken: grant.token };
      },
    },
    ListGrants: {
      access: ({ KeyId }) => [use(records, "ListGrants", KeyId)],
      run({ KeyId, GrantId, GranteePrincipal, ...paging }) {
        const all = records.grantsOf(records.found(KeyId).id);
        const wanted = all.filter(
          ({ id, grantee }) =>
            (GrantId === undefined || id === GrantId) &&
            (GranteePrincipal === undefined || grantee === GranteePrincipal),
        );
        const { items, ...rest } = keyPage(wanted, paging, ({ id }) => id);
        return { Grants: items.map(entry), ...rest };
      },
    },
    ListRetirableGrants: {
      access: () => [{ action: "kms:ListRetirableGrants", resource: "*" }],
      run({ RetiringPrincipal, ...paging }) {
        const wanted = grants.values().filter(({ retiring }) => retiring === RetiringPrincipal);
        const { items, ...rest } = keyPage(wanted, paging, ({ id }) => id);
        return { Grants: items.map(entry), ...rest };
      },
    },
    RevokeGrant: {
      access: ({ KeyId }) => [use(records, "RevokeGrant", KeyId)],
      run({ KeyId, GrantId, ...switches }) {
        const found = find(records.found(KeyId).id, GrantId);
        checkSwitches(switches);
        remove(found);
        return {};
      },
    },
    RetireGrant: {
      access({ GrantToken: token, KeyId }) {
        const keyId = token === undefined ? KeyId : byToken(token)?.keyId;
        return [
          keyId === undefined ? { action: "kms:RetireGrant", resource: "*" } : use(records, "RetireGrant", keyId),
        ];
      },
      run(input) {
        const found = retired(input);
        checkSwitches(input);
        remove(found);
        return {};
      },
    },
  };
}

function made(keyId: string, input: CreateGrantRequest, { accountId }: Call): Grant {
  const id = randomBytes(32).toString("hex");
  return {
    id,
    keyId,
    token: Buffer.from(createHash("sha512").update(id).update(randomBytes(32)).digest()).toString("base64"),
    grantee: input.GranteePrincipal as string,
    operations: input.Operations as string[],
    created: Date.now(),
    account: accountId,
    ...(input.Name !== undefined && { name: input.Name }),
    ...(input.RetiringPrincipal && { retiring: input.RetiringPrincipal }),
    ...(input.Constraints && { constraints: input.Constraints }),
  };
}

/** A repeated request with a name makes no second grant. */
const isSame = (grant: Grant, input: CreateGrantRequest): boolean =>
  input.Name !== undefined &&
  grant.name === input.Name &&
  grant.grantee === input.GranteePrincipal &&
  grant.retiring === input.RetiringPrincipal &&
  [...grant.operations].sort().join() === [...(input.Operations ?? [])].sort().join() &&
  JSON.stringify(grant.constraints) === JSON.stringify(input.Constraints);

function checkGrant({
  GranteePrincipal: grantee = "",
  RetiringPrincipal: retiring,
  Operations = [],
  Constraints,
  Name,
}: CreateGrantRequest): void {
  const isPrincipal = (text: string) =>
    /^arn:[\w-]+:(iam|sts)::\d{12}:.+$/.test(text) || /^[\w.-]+\.amazonaws\.com$/.test(text);
  for (const principal of [grantee, retiring])
    if (principal !== undefined && !isPrincipal(principal))
      throw new AwsError("InvalidArnException", `Invalid principal: ${principal}`);
  const unknown = Operations.find((operation) => !grantable.includes(operation));
  if (unknown || Operations.length === 0) {
    const set = `Member must satisfy constraint: [Member must satisfy enum value set: [${grantable.join(", ")}]]`;
    throw new AwsError("ValidationException", brokenConstraint(`[${Operations.join(", ")}]`, "operations", set));
  }
  if (Constraints?.EncryptionContextEquals && Constraints.EncryptionContextSubset)
    throw new AwsError("ValidationException", "A grant has one kind of constraint on its encryption context.");
  if (Name !== undefined && !/^[\w:/-]{1,256}$/.test(Name)) {
    const pattern = "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$";
    throw new AwsError("ValidationException", brokenConstraint(Name, "name", pattern));
  }
}
