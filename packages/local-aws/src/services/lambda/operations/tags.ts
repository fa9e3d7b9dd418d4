import { type Tags, withoutTags } from "../../../kit/tags.ts";
import type { OperationOf, Operations } from "../../../operations.ts";
import type { Lambda } from "../context.ts";
import { invalidParameter, resourceNotFound } from "../errors.ts";
import { functionReference } from "../names.ts";

/** Something with tags: a function, an event source mapping, a code signing configuration. */
export interface Tagged {
  tags: Tags;
  put(tags: Tags): void;
}

/** The tags with `added` merged in. @throws AwsError for tags that AWS never allows. */
export function checkedTags(before: Tags, added: Tags): Tags {
  for (const [key, value] of Object.entries(added)) {
    if (value === null) throw invalidParameter(`The value of tag "${key}" must not be null.`);
    if (key.length < 1 || key.length > 128)
      throw invalidParameter(`The tag key "${key}" must have 1 to 128 characters.`);
    if (value.length > 256) throw invalidParameter(`The value of tag "${key}" must have at most 256 characters.`);
    if (key.toLowerCase().startsWith("aws:")) {
      throw invalidParameter("System tags can only be added by AWS: tag keys must not begin with aws:");
    }
  }
  const tags = { ...before, ...added };
  if (Object.keys(tags).length > 50) throw invalidParameter("A resource may have at most 50 tags.");
  return tags;
}

/** @param others other tagged resources, by ARN. */
export function tagOperations(
  { registry, arns }: Lambda,
  others: (arn: string) => Tagged | undefined = () => undefined,
): Operations<"lambda"> {
  const isOther = (arn: string): boolean => /^arn:[\w-]+:lambda:[^:]*:\d*:(?!function:)/.test(arn);
  const access = (action: string) => (input: { Resource?: string }) => {
    const given = input.Resource as string;
    return [
      { action: `lambda:${action}`, resource: isOther(given) ? given : arns.function(functionReference(given).name) },
    ];
  };
  const find = (arn = ""): Tagged => {
    const config = registry.codeSigning.get(arn);
    if (config) return { tags: config.tags, put: (tags) => registry.codeSigning.put(arn, { ...config, tags }) };
    const other = others(arn);
    if (other) return other;
    if (isOther(arn)) throw resourceNotFound("The resource you requested does not exist.");
    const { name, qualifier } = functionReference(arn);
    if (qualifier !== undefined) {
      throw invalidParameter("Tags on function aliases and versions are not supported. Please specify a function ARN.");
    }
    const record = registry.function(name);
    return { tags: record.tags, put: (tags) => registry.functions.put(record.name, { ...record, tags }) };
  };

  const TagResource: OperationOf<"lambda", "TagResource"> = {
    access: access("TagResource"),
    run({ Resource, Tags = {} }) {
      const { tags, put } = find(Resource);
      put(checkedTags(tags, Tags));
      return {};
    },
  };

  const UntagResource: OperationOf<"lambda", "UntagResource"> = {
    access: access("UntagResource"),
    run({ Resource, TagKeys }) {
      const { tags, put } = find(Resource);
      put(withoutTags(tags, TagKeys));
      return {};
    },
  };

  const ListTags: OperationOf<"lambda", "ListTags"> = {
    access: access("ListTags"),
    run: ({ Resource }) => ({ Tags: find(Resource).tags }),
  };

  return { TagResource, UntagResource, ListTags };
}
