/** What hangs on a role: inline policies, attachments, and the two resources that allow no others. */
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { policyText } from "./role.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/iam/${name}/`;

export function rolePolicyTypes(cloud: Cloud): ResourceType[] {
  const iam = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("iam", operation, input);
  const put = async (inputs: Properties) => {
    const role = String(inputs.role);
    const PolicyDocument = policyText(inputs.policy);
    await iam("PutRolePolicy", { RoleName: role, PolicyName: inputs.name, PolicyDocument });
    return { id: `${role}:${inputs.name}`, outputs: { ...inputs, role, policy: PolicyDocument } };
  };

  const rolePolicy: ResourceType = {
    type: "aws:iam/rolePolicy:RolePolicy",
    docs: docs("rolepolicy"),
    required: ["policy", "role"],
    properties: ["policy", "role"],
    replaces: ["name", "namePrefix", "role"],
    autoname: { property: "name", prefixed: true, max: 128, pattern: /^[\w+=,.@-]+$/ },
    create: put,
    update: (_id, _before, after) => put(after),
    delete: (_id, outputs) => iam("DeleteRolePolicy", { RoleName: outputs.role, PolicyName: outputs.name }),
    async read(id) {
      const at = id.indexOf(":");
      const [role, name] = [id.slice(0, at), id.slice(at + 1)];
      const found = await iam<{ PolicyDocument: string }>("GetRolePolicy", { RoleName: role, PolicyName: name });
      return { id, outputs: { role, name, policy: decodeURIComponent(found.PolicyDocument) } };
    },
  };

  const attachment: ResourceType = {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    docs: docs("rolepolicyattachment"),
    required: ["policyArn", "role"],
    properties: ["policyArn", "role"],
    async create(inputs) {
      const role = String(inputs.role);
      await iam("AttachRolePolicy", { RoleName: role, PolicyArn: inputs.policyArn });
      return { id: `${role}/${inputs.policyArn}`, outputs: { ...inputs, role } };
    },
    delete: (_id, outputs) => iam("DetachRolePolicy", { RoleName: outputs.role, PolicyArn: outputs.policyArn }),
  };

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

  return [rolePolicy, attachment, rolePoliciesExclusive, rolePolicyAttachmentsExclusive];
}
