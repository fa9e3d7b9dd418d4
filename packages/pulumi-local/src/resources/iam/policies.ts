import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagChanges, tagList } from "../tags.ts";
import { policyText } from "./role.ts";

interface Version {
  VersionId: string;
  IsDefaultVersion: boolean;
  CreateDate: Date;
}
interface Described {
  PolicyName: string;
  PolicyId: string;
  Arn: string;
  Path: string;
  DefaultVersionId: string;
  AttachmentCount: number;
  Description?: string;
}

/** Versions that AWS keeps of a managed policy. */
const maxVersions = 5;

export function managedPolicyTypes(cloud: Cloud): ResourceType[] {
  const iam = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("iam", operation, input);
  const versions = async (PolicyArn: string) =>
    (await iam<{ Versions: Version[] }>("ListPolicyVersions", { PolicyArn })).Versions.filter(
      (one) => !one.IsDefaultVersion,
    );
  const made = (policy: Described, inputs: Properties) => ({
    id: policy.Arn,
    outputs: {
      ...inputs,
      arn: policy.Arn,
      policyId: policy.PolicyId,
      attachmentCount: policy.AttachmentCount,
      policy: policyText(inputs.policy),
    },
  });

  const policy: ResourceType = {
    type: "aws:iam/policy:Policy",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/iam/policy/",
    required: ["policy"],
    properties: ["description", "path", "policy"],
    // Time to wait until a policy is known everywhere; here it is known at once.
    inert: ["delayAfterPolicyCreationInMs"],
    defaults: { path: "/" },
    replaces: ["description", "name", "namePrefix", "path"],
    autoname: { property: "name", prefixed: true, max: 128, pattern: /^[\w+=,.@-]+$/ },
    taggable: true,
    async create(inputs) {
      const { Policy } = await iam<{ Policy: Described }>("CreatePolicy", {
        PolicyName: inputs.name,
        Path: inputs.path,
        Description: inputs.description,
        PolicyDocument: policyText(inputs.policy),
        Tags: tagList(inputs.tagsAll),
      });
      return made(Policy, inputs);
    },
    async update(PolicyArn, before, after) {
      if (policyText(before.policy) !== policyText(after.policy)) {
        const old = await versions(PolicyArn);
        const oldest = old.sort((a, b) => a.CreateDate.getTime() - b.CreateDate.getTime())[0];
        if (oldest && old.length >= maxVersions - 1)
          await iam("DeletePolicyVersion", { PolicyArn, VersionId: oldest.VersionId });
        const PolicyDocument = policyText(after.policy);
        await iam("CreatePolicyVersion", { PolicyArn, PolicyDocument, SetAsDefault: true });
      }
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      if (remove.length > 0) await iam("UntagPolicy", { PolicyArn, TagKeys: remove });
      if (Object.keys(put).length > 0) await iam("TagPolicy", { PolicyArn, Tags: tagList(put) });
      const { Policy } = await iam<{ Policy: Described }>("GetPolicy", { PolicyArn });
      return made(Policy, after);
    },
    async delete(PolicyArn) {
      for (const { VersionId } of await versions(PolicyArn)) await iam("DeletePolicyVersion", { PolicyArn, VersionId });
      await iam("DeletePolicy", { PolicyArn });
    },
    async read(PolicyArn) {
      const { Policy } = await iam<{ Policy: Described }>("GetPolicy", { PolicyArn });
      const found = await iam<{ PolicyVersion: { Document: string } }>("GetPolicyVersion", {
        PolicyArn,
        VersionId: Policy.DefaultVersionId,
      });
      const { PolicyName: name, Path: path, Description: description } = Policy;
      return made(Policy, { name, path, description, policy: decodeURIComponent(found.PolicyVersion.Document) });
    },
  };
  return [policy];
}
