/** What is put on a role, a user or a group: inline policies and attachments. */
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { policyText } from "./role.ts";

/**
 * `RolePolicy` and `RolePolicyAttachment`, or those of users or groups.
 * @param entity what they are put on.
 */
export function identityPolicyTypes(cloud: Cloud, entity: "Role" | "User" | "Group"): ResourceType[] {
  const iam = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("iam", operation, input);
  /** The input that names it. */
  const owner = entity.toLowerCase();
  const type = (kind: string) => `aws:iam/${owner}${kind}:${entity}${kind}`;
  const docs = (kind: string) =>
    `https://www.pulumi.com/registry/packages/aws/api-docs/iam/${owner}${kind.toLowerCase()}/`;
  const named = (name: unknown) => ({ [`${entity}Name`]: String(name) });

  const put = async (inputs: Properties) => {
    const PolicyDocument = policyText(inputs.policy);
    await iam(`Put${entity}Policy`, { ...named(inputs[owner]), PolicyName: inputs.name, PolicyDocument });
    const name = String(inputs[owner]);
    return { id: `${name}:${inputs.name}`, outputs: { ...inputs, [owner]: name, policy: PolicyDocument } };
  };
  const inline: ResourceType = {
    type: type("Policy"),
    docs: docs("Policy"),
    required: ["policy", owner],
    properties: ["policy", owner],
    replaces: ["name", "namePrefix", owner],
    autoname: { property: "name", prefixed: true, max: 128, pattern: /^[\w+=,.@-]+$/ },
    create: put,
    update: (_id, _before, after) => put(after),
    delete: (_id, outputs) => iam(`Delete${entity}Policy`, { ...named(outputs[owner]), PolicyName: outputs.name }),
    async read(id) {
      const at = id.indexOf(":");
      const [of, name] = [id.slice(0, at), id.slice(at + 1)];
      const found = await iam<{ PolicyDocument: string }>(`Get${entity}Policy`, { ...named(of), PolicyName: name });
      return { id, outputs: { [owner]: of, name, policy: decodeURIComponent(found.PolicyDocument) } };
    },
  };

  const attachment: ResourceType = {
    type: type("PolicyAttachment"),
    docs: docs("PolicyAttachment"),
    required: ["policyArn", owner],
    properties: ["policyArn", owner],
    async create(inputs) {
      const name = String(inputs[owner]);
      await iam(`Attach${entity}Policy`, { ...named(name), PolicyArn: inputs.policyArn });
      return { id: `${name}/${inputs.policyArn}`, outputs: { ...inputs, [owner]: name } };
    },
    delete: (_id, outputs) => iam(`Detach${entity}Policy`, { ...named(outputs[owner]), PolicyArn: outputs.policyArn }),
  };
  return [inline, attachment];
}
