/** Groups, and who is in them. */
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";

interface Described {
  GroupName: string;
  GroupId: string;
  Arn: string;
  Path: string;
}

/** `Group` and `UserGroupMembership`. */
export function groupTypes(cloud: Cloud): ResourceType[] {
  const iam = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("iam", operation, input);
  const describe = async (GroupName: string): Promise<Made> => {
    const { Group } = await iam<{ Group: Described }>("GetGroup", { GroupName });
    const { GroupName: name, Path: path, Arn: arn, GroupId: uniqueId } = Group;
    return { id: name, outputs: { name, path, arn, uniqueId } };
  };
  const group: ResourceType = {
    type: "aws:iam/group:Group",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/iam/group/",
    properties: ["path"],
    defaults: { path: "/" },
    autoname: { property: "name", max: 128, pattern: /^[\w+=,.@-]+$/ },
    changesWith: { arn: ["name", "path"] },
    async create({ name, path }) {
      await iam("CreateGroup", { GroupName: name, Path: path });
      return describe(String(name));
    },
    async update(GroupName, _before, { name, path }) {
      await iam("UpdateGroup", { GroupName, NewGroupName: name, NewPath: path });
      return describe(String(name));
    },
    delete: (GroupName) => iam("DeleteGroup", { GroupName }),
    read: (GroupName) => describe(GroupName),
  };

  /** Each membership knows its own groups alone: a user may have several. */
  const move = async (user: unknown, before: string[], after: string[]): Promise<void> => {
    const UserName = String(user);
    for (const GroupName of after) {
      if (!before.includes(GroupName)) await iam("AddUserToGroup", { GroupName, UserName });
    }
    for (const GroupName of before) {
      if (!after.includes(GroupName)) await iam("RemoveUserFromGroup", { GroupName, UserName });
    }
  };
  const groupsIn = ({ groups }: Properties): string[] => groups as string[];
  const membership: ResourceType = {
    type: "aws:iam/userGroupMembership:UserGroupMembership",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/iam/usergroupmembership/",
    required: ["groups", "user"],
    properties: ["groups", "user"],
    replaces: ["user"],
    async create(inputs) {
      await move(inputs.user, [], groupsIn(inputs));
      return { id: [inputs.user, ...groupsIn(inputs)].join("/"), outputs: inputs };
    },
    async update(id, before, after) {
      await move(after.user, groupsIn(before), groupsIn(after));
      return { id, outputs: after };
    },
    delete: (_id, outputs) => move(outputs.user, groupsIn(outputs), []),
    async read(id, { previous }) {
      const [user, ...named] = id.split("/");
      const { Groups } = await iam<{ Groups: Described[] }>("ListGroupsForUser", { UserName: user });
      const own = previous ? groupsIn(previous.outputs) : named;
      const groups = own.filter((name) => Groups.some(({ GroupName }) => GroupName === name));
      return groups.length > 0 || own.length === 0 ? { id, outputs: { user, groups } } : undefined;
    },
  };
  return [group, membership];
}
