/**
 * KMS, as far as other services refer to it: keys exist, have a policy and an alias, and can be given up. Nothing is
 * encrypted with them: state on one machine is as safe as the machine. https://docs.aws.amazon.com/kms/latest/APIReference/
 */
import { randomUUID } from "node:crypto";
import { AwsError, type Cloud, type Operation, type Service } from "./service.ts";

interface Key {
  id: string;
  description: string;
  policy: string;
  rotates: boolean;
  enabled: boolean;
  multiRegion: boolean;
  /** Milliseconds since 1970. */
  created: number;
  /** When it is to be deleted. */
  deletion?: number;
}

export function createKms(cloud: Cloud): Service {
  const keys = cloud.store.collection<Key>("kms.keys");
  /** Key's id by alias, `alias/name`. */
  const aliases = cloud.store.collection<string>("kms.aliases");
  const prefix = `arn:aws:kms:${cloud.region}:${cloud.accountId}:`;
  const arnOf = (id: string) => `${prefix}key/${id}`;

  /** @param given an id, an alias, or an ARN of either. */
  const found = (given: string): Key => {
    const name = given.startsWith(prefix) ? given.slice(prefix.length).replace(/^key\//, "") : given;
    const key = keys.get(name.startsWith("alias/") ? (aliases.get(name) ?? "") : name);
    if (!key) throw new AwsError("NotFoundException", `Key '${arnOf(name)}' does not exist`, 400);
    return key;
  };
  const metadata = ({ id, description, enabled, multiRegion, created, deletion }: Key) => ({
    KeyMetadata: {
      AWSAccountId: cloud.accountId,
      KeyId: id,
      Arn: arnOf(id),
      CreationDate: new Date(created),
      Enabled: enabled && deletion === undefined,
      Description: description,
      KeyUsage: "ENCRYPT_DECRYPT",
      KeySpec: "SYMMETRIC_DEFAULT",
      KeyState: deletion !== undefined ? "PendingDeletion" : enabled ? "Enabled" : "Disabled",
      ...(deletion !== undefined && { DeletionDate: new Date(deletion) }),
      Origin: "AWS_KMS",
      KeyManager: "CUSTOMER",
      MultiRegion: multiRegion,
    },
  });
  /** An operation on one key, which changes it or answers of it. */
  const on = (name: string, run: (key: Key, input: Record<string, never>) => object | undefined): Operation => ({
    access: ({ KeyId = "" }) => [{ action: `kms:${name}`, resource: arnOf(found(KeyId).id) }],
    run: (input) => run(found(input.KeyId), input) ?? {},
  });
  const change = (key: Key, changed: Partial<Key>): undefined => keys.put(key.id, { ...key, ...changed }) as undefined;

  return {
    name: "kms",
    operations: {
      CreateKey: {
        access: () => [{ action: "kms:CreateKey", resource: "*" }],
        run({ Description = "", Policy = "", MultiRegion = false }) {
          const id = randomUUID();
          const rest = { description: Description, policy: Policy, multiRegion: MultiRegion };
          keys.put(id, { id, ...rest, rotates: false, enabled: true, created: Date.now() });
          return metadata(found(id));
        },
      },
      DescribeKey: on("DescribeKey", metadata),
      GetKeyPolicy: on("GetKeyPolicy", ({ policy }) => ({ Policy: policy })),
      PutKeyPolicy: on("PutKeyPolicy", (key, { Policy }) => change(key, { policy: Policy })),
      UpdateKeyDescription: on("UpdateKeyDescription", (key, { Description }) =>
        change(key, { description: Description }),
      ),
      EnableKey: on("EnableKey", (key) => change(key, { enabled: true })),
      DisableKey: on("DisableKey", (key) => change(key, { enabled: false })),
      EnableKeyRotation: on("EnableKeyRotation", (key) => change(key, { rotates: true })),
      DisableKeyRotation: on("DisableKeyRotation", (key) => change(key, { rotates: false })),
      GetKeyRotationStatus: on("GetKeyRotationStatus", ({ rotates }) => ({ KeyRotationEnabled: rotates })),
      ScheduleKeyDeletion: on("ScheduleKeyDeletion", (key, { PendingWindowInDays = 30 }) => {
        const deletion = Date.now() + PendingWindowInDays * 86_400_000;
        change(key, { deletion });
        return { KeyId: arnOf(key.id), DeletionDate: new Date(deletion), KeyState: "PendingDeletion" };
      }),
      CreateAlias: {
        access: ({ TargetKeyId = "" }) => [{ action: "kms:CreateAlias", resource: arnOf(found(TargetKeyId).id) }],
        run({ AliasName = "", TargetKeyId = "" }) {
          if (aliases.has(AliasName)) {
            throw new AwsError("AlreadyExistsException", `An alias with the name ${prefix}${AliasName} already exists`);
          }
          aliases.put(AliasName, found(TargetKeyId).id);
          return {};
        },
      },
      UpdateAlias: {
        access: ({ TargetKeyId = "" }) => [{ action: "kms:UpdateAlias", resource: arnOf(found(TargetKeyId).id) }],
        run({ AliasName = "", TargetKeyId = "" }) {
          aliases.put(AliasName, found(TargetKeyId).id);
          return {};
        },
      },
      DeleteAlias: {
        access: ({ AliasName = "" }) => [{ action: "kms:DeleteAlias", resource: `${prefix}${AliasName}` }],
        run({ AliasName = "" }) {
          aliases.delete(AliasName);
          return {};
        },
      },
      ListKeys: {
        access: () => [{ action: "kms:ListKeys", resource: "*" }],
        run: () => ({ Keys: keys.values().map(({ id }) => ({ KeyId: id, KeyArn: arnOf(id) })), Truncated: false }),
      },
    },
  };
}
