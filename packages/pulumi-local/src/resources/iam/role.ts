import type { Cloud } from "local-aws/service";
import type { Made, Properties, ResourceContext } from "../../engine/provider.ts";
import { ifThere } from "../missing.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagChanges, tagList, tagMap } from "../tags.ts";
import { timeOf } from "../time.ts";

interface Described {
  RoleName: string;
  RoleId: string;
  Arn: string;
  Path: string;
  CreateDate: Date;
  AssumeRolePolicyDocument: string;
  Description?: string;
  MaxSessionDuration: number;
  PermissionsBoundary?: { PermissionsBoundaryArn: string };
  Tags?: { Key: string; Value: string }[];
}
interface Inline {
  name?: string;
  policy?: unknown;
}

/** Policies are given as text or as a document; AWS takes text. */
export const policyText = (policy: unknown): string => (typeof policy === "string" ? policy : JSON.stringify(policy));

/** Outputs that AWS knows; the rest is as given. */
export const describeRole = (role: Described): Properties => ({
  arn: role.Arn,
  name: role.RoleName,
  path: role.Path,
  uniqueId: role.RoleId,
  createDate: timeOf(role.CreateDate),
  description: role.Description ?? "",
  maxSessionDuration: role.MaxSessionDuration,
  assumeRolePolicy: decodeURIComponent(role.AssumeRolePolicyDocument),
  tags: tagMap(role.Tags),
});

export function roleType(cloud: Cloud): ResourceType {
  const iam = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("iam", operation, input);
  const describe = async (inputs: Properties): Promise<Made> => {
    const RoleName = String(inputs.name);
    const { Role } = await iam<{ Role: Described }>("GetRole", { RoleName });
    const { PolicyNames } = await iam<{ PolicyNames: string[] }>("ListRolePolicies", { RoleName });
    const { AttachedPolicies } = await iam<{ AttachedPolicies: { PolicyArn: string }[] }>("ListAttachedRolePolicies", {
      RoleName,
    });
    const outputs = {
      ...inputs,
      ...describeRole(Role),
      tags: inputs.tags,
      inlinePolicies: inputs.inlinePolicies ?? PolicyNames.map((name) => ({ name })),
      managedPolicyArns: inputs.managedPolicyArns ?? AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
      forceDetachPolicies: inputs.forceDetachPolicies ?? false,
    };
    return { id: RoleName, outputs };
  };

  /** Inline and managed policies that the role itself lists: it owns all of that kind, and no others stay. */
  const syncPolicies = async (RoleName: string, before: Properties, after: Properties): Promise<void> => {
    const inline = (after.inlinePolicies ?? []) as Inline[];
    for (const { name } of (before.inlinePolicies ?? []) as Inline[]) {
      if (name && !inline.some((one) => one.name === name))
        await iam("DeleteRolePolicy", { RoleName, PolicyName: name });
    }
    for (const { name, policy } of inline) {
      if (name && policy)
        await iam("PutRolePolicy", { RoleName, PolicyName: name, PolicyDocument: policyText(policy) });
    }
    const attached = (after.managedPolicyArns ?? []) as string[];
    for (const PolicyArn of (before.managedPolicyArns ?? []) as string[]) {
      if (!attached.includes(PolicyArn)) await iam("DetachRolePolicy", { RoleName, PolicyArn });
    }
    for (const PolicyArn of attached) await iam("AttachRolePolicy", { RoleName, PolicyArn });
  };

  return {
    type: "aws:iam/role:Role",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/iam/role/",
    required: ["assumeRolePolicy"],
    properties: [
      "assumeRolePolicy",
      "description",
      "forceDetachPolicies",
      "inlinePolicies",
      "managedPolicyArns",
      "maxSessionDuration",
      "path",
      "permissionsBoundary",
    ],
    defaults: { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
    replaces: ["name", "namePrefix", "path"],
    autoname: { property: "name", prefixed: true, max: 64, pattern: /^[\w+=,.@-]+$/ },
    taggable: true,

    async create(inputs) {
      const RoleName = String(inputs.name);
      await iam("CreateRole", {
        RoleName,
        AssumeRolePolicyDocument: policyText(inputs.assumeRolePolicy),
        Path: inputs.path,
        Description: inputs.description,
        MaxSessionDuration: inputs.maxSessionDuration,
        PermissionsBoundary: inputs.permissionsBoundary,
        Tags: tagList(inputs.tagsAll),
      });
      try {
        await syncPolicies(RoleName, {}, inputs);
      } catch (error) {
        // The engine knows nothing of a role whose creation failed: it must not stay behind.
        await ifThere(removeRole(cloud, RoleName, true));
        throw error;
      }
      return describe(inputs);
    },

    async update(id, before, after) {
      if (policyText(before.assumeRolePolicy) !== policyText(after.assumeRolePolicy)) {
        await iam("UpdateAssumeRolePolicy", { RoleName: id, PolicyDocument: policyText(after.assumeRolePolicy) });
      }
      await iam("UpdateRole", {
        RoleName: id,
        Description: after.description ?? "",
        MaxSessionDuration: after.maxSessionDuration,
      });
      if (after.permissionsBoundary) {
        await iam("PutRolePermissionsBoundary", { RoleName: id, PermissionsBoundary: after.permissionsBoundary });
      } else if (before.permissionsBoundary) {
        await iam("DeleteRolePermissionsBoundary", { RoleName: id });
      }
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      if (remove.length > 0) await iam("UntagRole", { RoleName: id, TagKeys: remove });
      if (Object.keys(put).length > 0) await iam("TagRole", { RoleName: id, Tags: tagList(put) });
      await syncPolicies(id, before, after);
      return describe(after);
    },

    async delete(id, outputs) {
      const owns = ["inlinePolicies", "managedPolicyArns"].some(
        (list) => ((outputs[list] ?? []) as unknown[]).length > 0,
      );
      await removeRole(cloud, id, Boolean(outputs.forceDetachPolicies) || owns);
    },

    async read(id, context: ResourceContext) {
      return await describe({ ...context.previous?.inputs, name: id });
    },
  };
}

/** @param force removes its policies first; otherwise AWS refuses to delete a role that has some. */
async function removeRole(cloud: Cloud, RoleName: string, force: boolean): Promise<void> {
  const iam = <Output>(operation: string, input: object) => cloud.call<Output>("iam", operation, input);
  if (force) {
    const { PolicyNames } = await iam<{ PolicyNames: string[] }>("ListRolePolicies", { RoleName });
    for (const PolicyName of PolicyNames) await iam("DeleteRolePolicy", { RoleName, PolicyName });
    const { AttachedPolicies } = await iam<{ AttachedPolicies: { PolicyArn: string }[] }>("ListAttachedRolePolicies", {
      RoleName,
    });
    for (const { PolicyArn } of AttachedPolicies) await iam("DetachRolePolicy", { RoleName, PolicyArn });
  }
  await iam("DeleteRole", { RoleName });
}
