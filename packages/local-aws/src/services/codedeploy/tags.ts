import { type Tags, tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import type { Records } from "./records.ts";
import { missing } from "./setup.ts";

export function tagOperations(records: Records): Operations<"codedeploy"> {
  const access =
    (action: string) =>
    ({ ResourceArn }: { ResourceArn?: string }) => [
      { action: `codedeploy:${action}`, resource: ResourceArn as string },
    ];

  const find = (arn = ""): { tags: Tags | undefined; put(tags: Tags): void } => {
    const [, kind, name = ""] = /^arn:[\w-]+:codedeploy:[\w-]*:\d{12}:(\w+):(.+)$/.exec(arn) ?? [];
    if (kind === "application") {
      const application = records.applications.get(name);
      if (!application) throw missing("Application", name);
      return { tags: application.tags, put: (tags) => records.applications.put(name, { ...application, tags }) };
    }
    if (kind === "deploymentgroup") {
      const group = records.groups.get(name);
      if (!group) throw missing("DeploymentGroup", name.split("/")[1] ?? "");
      return { tags: group.tags, put: (tags) => records.groups.put(name, { ...group, tags }) };
    }
    if (kind)
      throw new AwsError("ArnNotSupportedException", `${arn} is of neither an application nor a deployment group.`);
    throw new AwsError("InvalidArnException", `${arn} is not the ARN of a resource of CodeDeploy.`);
  };

  return {
    ListTagsForResource: {
      access: access("ListTagsForResource"),
      run: ({ ResourceArn }) => ({ Tags: tagList(find(ResourceArn).tags) }),
    },
    TagResource: {
      access: access("TagResource"),
      run({ ResourceArn, Tags }) {
        const { tags, put } = find(ResourceArn);
        put({ ...tags, ...tagMap(Tags) });
        return {};
      },
    },
    UntagResource: {
      access: access("UntagResource"),
      run({ ResourceArn, TagKeys }) {
        const { tags, put } = find(ResourceArn);
        put(withoutTags(tags, TagKeys));
        return {};
      },
    },
  };
}
