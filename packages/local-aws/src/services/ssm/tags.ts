import type { Tag } from "@aws-sdk/client-ssm";
import { AwsError, type Operation } from "../../service.ts";
import { type Parameters, parameterName } from "./parameters.ts";

interface Input {
  ResourceType?: string;
  ResourceId?: string;
  Tags?: Tag[];
  TagKeys?: string[];
}

export function ssmTagOperations(parameters: Parameters): Record<string, Operation> {
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
        const added = Object.fromEntries((input.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
        const tags = { ...record.tags, ...added };
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
        const kept = Object.entries(record.tags).filter(([key]) => !input.TagKeys?.includes(key));
        parameters.records.put(record.name, { ...record, tags: Object.fromEntries(kept) });
        return {};
      },
    },
    ListTagsForResource: {
      access: access("ListTagsForResource"),
      run: (input: Input) => ({ TagList: Object.entries(find(input).tags).map(([Key, Value]) => ({ Key, Value })) }),
    },
  };
}
