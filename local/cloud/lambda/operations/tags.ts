/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
import type { ListTagsCommandInput, TagResourceCommandInput, UntagResourceCommandInput } from "@aws-sdk/client-lambda";
import type { Operation } from "../../service.ts";
import type { Lambda } from "../context.ts";
import { invalidParameter } from "../errors.ts";
import { functionReference } from "../names.ts";

/** Tags with `added` among them. @throws AwsError for what AWS allows nowhere in tags. */
export function checkedTags(before: Record<string, string>, added: Record<string, string>): Record<string, string> {
  for (const [key, value] of Object.entries(added)) {
    if (key.length < 1 || key.length > 128)
      throw invalidParameter(`The tag key "${key}" must have 1 to 128 characters.`);
    if (value.length > 256) throw invalidParameter(`The value of tag "${key}" must have at most 256 characters.`);
    if (key.toLowerCase().startsWith("aws:")) {
      throw invalidParameter("System tags can only be added by AWS: tag keys must not begin with aws:");
    }
  }
  const tags = { ...before, ...added };
  if (Object.keys(tags).length > 50) throw invalidParameter("A function may have at most 50 tags.");
  return tags;
}

export function tagOperations({ registry, arns }: Lambda): Record<string, Operation> {
  const access = (action: string) => (input: { Resource?: string }) => [
    { action: `lambda:${action}`, resource: arns.function(functionReference(input.Resource as string).name) },
  ];
  const of = (resource: string | undefined) => registry.function(functionReference(resource as string).name);

  const TagResource: Operation<TagResourceCommandInput> = {
    access: access("TagResource"),
    run({ Resource, Tags = {} }) {
      const record = of(Resource);
      registry.functions.put(record.name, { ...record, tags: checkedTags(record.tags, Tags) });
      return {};
    },
  };

  const UntagResource: Operation<UntagResourceCommandInput> = {
    access: access("UntagResource"),
    run({ Resource, TagKeys = [] }) {
      const record = of(Resource);
      const tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !TagKeys.includes(key)));
      registry.functions.put(record.name, { ...record, tags });
      return {};
    },
  };

  const ListTags: Operation<ListTagsCommandInput> = {
    access: access("ListTags"),
    run: ({ Resource }) => ({ Tags: of(Resource).tags }),
  };

  return { TagResource, UntagResource, ListTags };
}
