/** The two resources that allow a role no policies but those they name. */
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/iam/${name}/`;

export function exclusivePolicyTypes(cloud: Cloud): ResourceType[] {
  const iam = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("iam", operation, input);
  const exclusiveInline = async (inputs: Properties) => {
    const RoleName = String(inputs.roleName);
    const { PolicyNames } = await iam<{ PolicyNames: string[] }>("ListRolePolicies", { RoleName });
    const wanted = inputs.policyNames as string[];
    for (const PolicyName of PolicyNames) {
      if (!wanted.includes(PolicyName)) await iam("DeleteRolePolicy", { RoleName, PolicyName });
    }
    return { id: RoleName, outputs: inputs };
  };
  const rolePoliciesExclusive: ResourceType = {
    type: "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
    docs: docs("rolepoliciesexclusive"),
    required: ["policyNames", "roleName"],
    properties: ["policyNames", "roleName"],
    replaces: ["roleName"],
    create: exclusiveInline,
    update: (_id, _before, after) => exclusiveInline(after),
    // It only ends to watch: the policies stay.
    delete: async () => {},
  };

  const exclusiveAttached = async (inputs: Properties) => {
    const RoleName = String(inputs.roleName);
    const { AttachedPolicies } = await iam<{ AttachedPolicies: { PolicyArn: string }[] }>("ListAttachedRolePolicies", {
      RoleName,
    });
    const wanted = inputs.policyArns as string[];
    for (const { PolicyArn } of AttachedPolicies) {
      if (!wanted.includes(PolicyArn)) await iam("DetachRolePolicy", { RoleName, PolicyArn });
    }
    for (const PolicyArn of wanted) await iam("AttachRolePolicy", { RoleName, PolicyArn });
    return { id: RoleName, outputs: inputs };
  };
  const rolePolicyAttachmentsExclusive: ResourceType = {
    type: "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    docs: docs("rolepolicyattachmentsexclusive"),
    required: ["policyArns", "roleName"],
    properties: ["policyArns", "roleName"],
    replaces: ["roleName"],
    create: exclusiveAttached,
    update: (_id, _before, after) => exclusiveAttached(after),
    delete: async () => {},
  };

  return [rolePoliciesExclusive, rolePolicyAttachmentsExclusive];
}
