/** Schedule groups, and tags, which only groups have. */
import type { Tag } from "@aws-sdk/client-scheduler";
import { page } from "../../kit/page.ts";
import { tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { checkName, conflict, type GroupRecord, invalid, type SchedulerState, scheduleKey } from "./records.ts";

type Named = { Name?: string; Tags?: Tag[] };

/** @param forget unschedules a schedule. */
export function groupOperations(state: SchedulerState, forget: (key: string) => void): Operations<"scheduler"> {
  const access = (action: string) => (input: Named) => [
    { action: `scheduler:${action}`, resource: state.arn(`schedule-group/${input.Name}`) },
  ];
  return {
    CreateScheduleGroup: {
      access: access("CreateScheduleGroup"),
      run({ Name = "", Tags = [] }: Named) {
        checkName(Name, "name");
        if (state.groups.has(Name)) throw conflict(`Schedule group ${Name} already exists.`);
        const group = { ...state.newGroup(Name), tags: tagMap(Tags) };
        state.groups.put(Name, group);
        return { ScheduleGroupArn: group.arn };
      },
    },
    GetScheduleGroup: { access: access("GetScheduleGroup"), run: ({ Name }: Named) => described(state.group(Name)) },
    DeleteScheduleGroup: {
      access: access("DeleteScheduleGroup"),
      run({ Name = "" }: Named) {
        if (Name === "default") throw invalid("The default schedule group cannot be deleted.");
        const group = state.group(Name);
        for (const { name } of state.schedules.values(`${group.name}/`)) {
          state.schedules.delete(scheduleKey(group.name, name));
          forget(scheduleKey(group.name, name));
        }
        state.groups.delete(Name);
        return {};
      },
    },
    ListScheduleGroups: {
      access: () => [{ action: "scheduler:ListScheduleGroups", resource: "*" }],
      run(input: { NamePrefix?: string; NextToken?: string; MaxResults?: number }) {
        const { items, next: NextToken } = page(state.groups.values(input.NamePrefix ?? ""), input, ({ name }) => name);
        return { ScheduleGroups: items.map(described), NextToken };
      },
    },
    ...tagOperations(state),
  };
}

const described = ({ name, arn, created, modified }: GroupRecord) => ({
  Name: name,
  Arn: arn,
  State: "ACTIVE" as const,
  CreationDate: new Date(created),
  LastModificationDate: new Date(modified),
});

function tagOperations(state: SchedulerState): Operations<"scheduler"> {
  type Input = { ResourceArn?: string; Tags?: Tag[]; TagKeys?: string[] };
  const access =
    (action: string) =>
    ({ ResourceArn }: Input) => [{ action: `scheduler:${action}`, resource: ResourceArn as string }];
  const find = ({ ResourceArn = "" }: Input) => state.group(ResourceArn.split("/").at(-1));
  return {
    TagResource: {
      access: access("TagResource"),
      run(input: Input) {
        const group = find(input);
        state.groups.put(group.name, { ...group, tags: { ...group.tags, ...tagMap(input.Tags) } });
        return {};
      },
    },
    UntagResource: {
      access: access("UntagResource"),
      run(input: Input) {
        const group = find(input);
        state.groups.put(group.name, { ...group, tags: withoutTags(group.tags, input.TagKeys) });
        return {};
      },
    },
    ListTagsForResource: {
      access: access("ListTagsForResource"),
      run: (input: Input) => ({ Tags: tagList(find(input).tags) }),
    },
  };
}
