import { withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { invalid } from "./names.ts";
import type { Records } from "./records.ts";

type Input = { resourceArn: string; tags?: Record<string, string>; tagKeys?: string[] };

/** Tags of applications and runs; each has fifty at most. */
export function tagOperations(records: Records): Operations<"emr-serverless"> {
  const on =
    (action: string) =>
    ({ resourceArn }: Input) => [{ action: `emr-serverless:${action}`, resource: resourceArn }];
  const tagsOf = ({ resourceArn }: Input) => {
    const [, application = "", run] = /:\/applications\/([^/]+)(?:\/jobruns\/([^/]+))?$/.exec(resourceArn) ?? [];
    const { state } = run ? records.run(application, run) : records.application(application);
    if (state === "TERMINATED") throw records.names.missing("Resource", resourceArn);
    return records.tags.get(resourceArn) ?? {};
  };
  return {
    TagResource: {
      access: on("TagResource"),
      run(input: Input) {
        const tags = { ...tagsOf(input), ...input.tags };
        if (Object.keys(tags).length > 50) throw invalid("A resource can have at most 50 tags");
        records.tags.put(input.resourceArn, tags);
        return {};
      },
    },
    UntagResource: {
      access: on("UntagResource"),
      run(input: Input) {
        records.tags.put(input.resourceArn, withoutTags(tagsOf(input), input.tagKeys));
        return {};
      },
    },
    ListTagsForResource: {
      access: on("ListTagsForResource"),
      run: (input: Input) => ({ tags: tagsOf(input) }),
    },
  };
}
