import type { Tag } from "@aws-sdk/client-ssm";
import { tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { type Parameters, parameterName } from "./parameters.ts";

interface Input {
  ResourceType?: string;
  ResourceId?: string;
  Tags?: Tag[];
  TagKeys?: string[];
}

export function ssmTagOperations(parameters: Parameters): Operations<"ssm"> {
  const access =
    (action: string) =>
    ({ ResourceId = "" }: Input) => [{ action: `ssm:${action}`, resource: parameters.arn(parameterName(ResourceId)) }];
  const find = ({ ResourceType: type, ResourceId = "" }: Input) => {
    if (type !== "Parameter")
      throw new AwsError("InvalidResourceType", `The local cloud has resources of type Parameter, not ${type}.`, 400);
    const found = parameters.record(ResourceId);
    if (!found)
      throw new AwsError(
        "InvalidResourceId",
        `The resource ID "${ResourceId}" isn't valid. Verify that you entered the correct ID and try again.`,
        400,
      );
    return found;
  };
  return {
    AddTagsToResource: {
      access: access("AddTagsToResource"),
      run(input: Input) {
        const record = find(input);
        const tags = { ...record.tags, ...tagMap(input.Tags) };
        if (Object.keys(tags).length > 50)
          throw new AwsError("TooManyTagsError", "A parameter has at most 50 tags.", 400);
        parameters.records.put(record.name, { ...record, tags });
        return {};
      },
    },
    RemoveTagsFromResource: {
      access: access("RemoveTagsFromResource"),
      run(input: Input) {
        const record = find(input);
        parameters.records.put(record.name, { ...record, tags: withoutTags(record.tags, input.TagKeys) });
        return {};
      },
    },
    ListTagsForResource: {
      access: access("ListTagsForResource"),
      run: (input: Input) => ({ TagList: tagList(find(input).tags) }),
    },
  };
}
