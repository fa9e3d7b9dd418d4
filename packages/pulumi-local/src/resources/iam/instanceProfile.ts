import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagChanges, tagList } from "../tags.ts";
import { timeOf } from "../time.ts";

interface Described {
  InstanceProfileName: string;
  InstanceProfileId: string;
  Arn: string;
  Path: string;
  CreateDate: Date;
  Roles: { RoleName: string }[];
}

/** An instance profile with its role. */
export function instanceProfileType(cloud: Cloud): ResourceType {
  const iam = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("iam", operation, input);
  const find = async (InstanceProfileName: string) =>
    (await iam<{ InstanceProfile: Described }>("GetInstanceProfile", { InstanceProfileName })).InstanceProfile;
  const describe = async (id: string, inputs: Properties): Promise<Made> => {
    const found = await find(id);
    const outputs = {
      ...inputs,
      arn: found.Arn,
      createDate: timeOf(found.CreateDate),
      name: found.InstanceProfileName,
      path: found.Path,
      role: found.Roles[0]?.RoleName,
      uniqueId: found.InstanceProfileId,
    };
    return { id, outputs };
  };
  /** Whatever role is in it, that one is afterwards, or none. */
  const setRole = async (InstanceProfileName: string, wanted: unknown): Promise<void> => {
    const [role] = (await find(InstanceProfileName)).Roles;
    if (role?.RoleName === wanted) return;
    if (role) await iam("RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName: role.RoleName });
    if (wanted) await iam("AddRoleToInstanceProfile", { InstanceProfileName, RoleName: String(wanted) });
  };

  return {
    type: "aws:iam/instanceProfile:InstanceProfile",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/iam/instanceprofile/",
    properties: ["path", "role"],
    defaults: { path: "/" },
    replaces: ["name", "namePrefix", "path"],
    autoname: { property: "name", prefixed: true, max: 128, pattern: /^[\w+=,.@-]+$/ },
    taggable: true,
    async create(inputs) {
      const InstanceProfileName = String(inputs.name);
      await iam("CreateInstanceProfile", { InstanceProfileName, Path: inputs.path, Tags: tagList(inputs.tagsAll) });
      try {
        await setRole(InstanceProfileName, inputs.role);
      } catch (error) {
        // The engine knows nothing of a profile whose creation failed: it must not stay behind.
        await iam("DeleteInstanceProfile", { InstanceProfileName });
        throw error;
      }
      return describe(InstanceProfileName, inputs);
    },
    async update(InstanceProfileName, before, after) {
      await setRole(InstanceProfileName, after.role);
      const { put, remove: TagKeys } = tagChanges(before.tagsAll, after.tagsAll);
      if (TagKeys.length > 0) await iam("UntagInstanceProfile", { InstanceProfileName, TagKeys });
      if (Object.keys(put).length > 0) await iam("TagInstanceProfile", { InstanceProfileName, Tags: tagList(put) });
      return describe(InstanceProfileName, after);
    },
    async delete(InstanceProfileName) {
      await setRole(InstanceProfileName, undefined);
      await iam("DeleteInstanceProfile", { InstanceProfileName });
    },
    read: (id, { previous }) => describe(id, { ...previous?.inputs }),
  };
}
