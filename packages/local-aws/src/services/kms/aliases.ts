/** Aliases: names of keys. */
import type { AliasListEntry } from "@aws-sdk/client-kms";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { keyPage } from "./keys.ts";
import { notFound, type Records } from "./records.ts";

export function aliasOperations(records: Records): Operations<"kms"> {
  const { aliases, prefix } = records;
  /** Creating, changing or deleting an alias needs permission on the alias and on each key that it refers to. */
  const access = (name: string, AliasName = "", ...keys: (string | undefined)[]) =>
    [`${prefix}${AliasName}`, ...keys.flatMap((id) => (id ? [records.arn(id)] : []))].map((resource) => ({
      action: `kms:${name}`,
      resource,
    }));
  const existing = (name: string): void => {
    if (!aliases.has(name)) throw notFound(`Alias ${prefix}${name} is not found.`);
  };
  const entry = ([name, alias]: [string, ReturnType<typeof aliases.get>]): AliasListEntry => {
    const times =
      typeof alias === "object"
        ? { CreationDate: new Date(alias.created), LastUpdatedDate: new Date(alias.updated) }
        : {};
    return { AliasName: name, AliasArn: `${prefix}${name}`, TargetKeyId: records.aliased(name), ...times };
  };

  return {
    CreateAlias: {
      access: ({ AliasName, TargetKeyId = "" }) =>
        access("CreateAlias", AliasName, records.found(TargetKeyId as string).id),
      run({ AliasName = "", TargetKeyId = "" }) {
        checkName(AliasName);
        if (aliases.has(AliasName))
          throw new AwsError("AlreadyExistsException", `An alias with the name ${prefix}${AliasName} already exists`);
        const now = Date.now();
        aliases.put(AliasName, { keyId: records.usable(TargetKeyId).id, created: now, updated: now });
        return {};
      },
    },
    UpdateAlias: {
      access: ({ AliasName = "", TargetKeyId = "" }) =>
        access("UpdateAlias", AliasName, records.aliased(AliasName), records.found(TargetKeyId).id),
      run({ AliasName = "", TargetKeyId = "" }) {
        existing(AliasName);
        const before = aliases.get(AliasName);
        const now = Date.now();
        const created = typeof before === "object" ? before.created : now;
        aliases.put(AliasName, { keyId: records.usable(TargetKeyId).id, created, updated: now });
        return {};
      },
    },
    DeleteAlias: {
      access: ({ AliasName = "" }) => access("DeleteAlias", AliasName, records.aliased(AliasName)),
      run({ AliasName = "" }) {
        existing(AliasName);
        aliases.delete(AliasName);
        return {};
      },
    },
    ListAliases: {
      access: () => [{ action: "kms:ListAliases", resource: "*" }],
      run({ KeyId, ...paging }) {
        const wanted = KeyId === undefined ? undefined : records.found(KeyId).id;
        const all = aliases.entries().map(entry);
        const found = all.filter(({ TargetKeyId }) => wanted === undefined || TargetKeyId === wanted);
        const { items, ...rest } = keyPage(found, paging, ({ AliasName = "" }) => AliasName);
        return { Aliases: items, ...rest };
      },
    },
  };
}

function checkName(name: string): void {
  if (!/^alias\/[\w/-]+$/.test(name))
    throw new AwsError(
      "ValidationException",
      "Alias must start with the prefix \"alias/\" and have letters, digits, '/', '_' and '-' only.",
    );
  if (name.startsWith("alias/aws/"))
    throw new AwsError("NotAuthorizedException", "Aliases that begin with alias/aws/ are reserved for AWS.");
}
