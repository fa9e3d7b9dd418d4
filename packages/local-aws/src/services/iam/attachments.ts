/**
 * Inline policies and attachments of roles, users and groups, which differ only in their names: `PutRolePolicy`,
 * `PutUserPolicy`, and so on.
 */

import type { Directory, Identity, Named } from "../../authorization/directory.ts";
import { checkName, limitExceeded, noSuchEntity, policySize } from "../../authorization/limits.ts";
import { managedPolicyDocument } from "../../authorization/managed.ts";
import { parsePolicy } from "../../authorization/validate.ts";
import type { Operations } from "../../operations.ts";
import type { Operation } from "../../service.ts";
import { pageOf } from "./paging.ts";

interface Kind {
  entity: "Role" | "User" | "Group";
  /** Characters of all inline policies together. */
  maxInline: number;
  identities: Named<Identity>;
}

type Input = Record<string, string> & { MaxItems?: never };

/** Managed policies that may be attached, by default. */
const maxAttached = 10;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length */
const kinds = ({ roles, users, groups }: Directory): Kind[] => [
  { entity: "Role", maxInline: 10_240, identities: roles as Named<Identity> },
  { entity: "User", maxInline: 2048, identities: users as Named<Identity> },
  { entity: "Group", maxInline: 5120, identities: groups as Named<Identity> },
];

/** What puts policies on roles, users and groups. */
export function attachmentOperations(directory: Directory, accountId: string): Operations<"iam"> {
  return Object.assign({}, ...kinds(directory).map((kind) => operationsOf(kind, directory, accountId)));
}

function operationsOf(
  { entity, maxInline, identities }: Kind,
  directory: Directory,
  accountId: string,
): Operations<"iam"> {
  const kind = entity.toLowerCase();
  const nameOf = (input: Input) => input[`${entity}Name`] as string;
  const operation = (
    action: string,
    run: (identity: Identity, input: Input) => object | undefined,
    changes = false,
  ) => ({
    [action]: {
      access: (input: Input) => [
        {
          action: `iam:${action}`,
          resource: identities.get(nameOf(input))?.Arn ?? `arn:aws:iam::${accountId}:${kind}/${nameOf(input)}`,
          ...(input.PolicyArn && { context: { "iam:PolicyARN": input.PolicyArn } }),
        },
      ],
      run(input: Input) {
        const identity = identities.get(nameOf(input));
        if (!identity) throw noSuchEntity(`The ${kind} with name ${nameOf(input)} cannot be found.`);
        const output = run(identity, input) ?? {};
        if (changes) identities.put(nameOf(input), identity);
        return output;
      },
    } satisfies Operation<Input>,
  });
  const missing = (policy: string, name: string) =>
    noSuchEntity(`The ${kind} policy with name ${policy} cannot be found for ${kind} ${name}.`);

  return {
    ...operation(
      `Put${entity}Policy`,
      (identity, input) => {
        const { PolicyName = "", PolicyDocument = "" } = input;
        checkName("policyName", PolicyName, 128);
        parsePolicy(PolicyDocument, "identity");
        const inline = { ...identity.inline, [PolicyName]: PolicyDocument };
        const size = Object.values(inline).reduce((sum, text) => sum + policySize(text), 0);
        if (size > maxInline) {
          throw limitExceeded(`Maximum policy size of ${maxInline} bytes exceeded for ${kind} ${nameOf(input)}`);
        }
        identity.inline = inline;
        return undefined;
      },
      true,
    ),
    ...operation(`Get${entity}Policy`, (identity, input) => {
      const text = identity.inline[input.PolicyName ?? ""];
      if (text === undefined) throw missing(input.PolicyName ?? "", nameOf(input));
      return {
        [`${entity}Name`]: nameOf(input),
        PolicyName: input.PolicyName,
        PolicyDocument: encodeURIComponent(text),
      };
    }),
    ...operation(
      `Delete${entity}Policy`,
      (identity, input) => {
        if (identity.inline[input.PolicyName ?? ""] === undefined) throw missing(input.PolicyName ?? "", nameOf(input));
        delete identity.inline[input.PolicyName ?? ""];
        return undefined;
      },
      true,
    ),
    ...operation(`List${entity}Policies`, (identity, input) => {
      const found = pageOf(Object.keys(identity.inline), input, String);
      return { PolicyNames: found.items, ...found.paging };
    }),
    ...operation(
      `Attach${entity}Policy`,
      (identity, { PolicyArn = "" }) => {
        if (!managedPolicyDocument(directory, PolicyArn)) {
          throw noSuchEntity(`Policy ${PolicyArn} does not exist or is not attachable.`);
        }
        if (identity.attached.includes(PolicyArn)) return undefined;
        if (identity.attached.length >= maxAttached) {
          throw limitExceeded(`Cannot exceed quota for PoliciesPer${entity}: ${maxAttached}`);
        }
        identity.attached = [...identity.attached, PolicyArn];
        return undefined;
      },
      true,
    ),
    ...operation(
      `Detach${entity}Policy`,
      (identity, { PolicyArn = "" }) => {
        if (!identity.attached.includes(PolicyArn)) throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
        identity.attached = identity.attached.filter((arn) => arn !== PolicyArn);
        return undefined;
      },
      true,
    ),
    ...operation(`ListAttached${entity}Policies`, (identity, input) => {
      const found = pageOf(identity.attached, input, String);
      const AttachedPolicies = found.items.map((arn) => ({ PolicyName: arn.split("/").at(-1), PolicyArn: arn }));
      return { AttachedPolicies, ...found.paging };
    }),
  };
}
