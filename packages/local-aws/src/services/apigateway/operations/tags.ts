import { withoutTags } from "../../../kit/tags.ts";
import type { Collection } from "../../../store.ts";
import { badRequest, notFound, type Records } from "../records.ts";
import type { Handlers } from "./handlers.ts";

interface Tagged {
  tags: Record<string, string>;
}

/** Tags of whatever has an ARN: `arn:aws:apigateway:us-east-1::/restapis/abc/stages/dev`. */
export function tagOperations(records: Records): Handlers {
  const find = (arn: string): { tags: Record<string, string>; save(tags: Record<string, string>): void } => {
    const path = /^arn:aws[\w-]*:apigateway:[\w-]+::\/(.+)$/.exec(arn)?.[1];
    if (path === undefined) throw badRequest(`Invalid ARN specified: ${arn}`);
    const [kind, id, below, name] = path.split("/") as [string, string, string?, string?];
    const collections: Record<string, Collection<Tagged>> = {
      restapis: records.apis as unknown as Collection<Tagged>,
      apikeys: records.apiKeys as unknown as Collection<Tagged>,
      usageplans: records.usagePlans as unknown as Collection<Tagged>,
      domainnames: records.domainNames as unknown as Collection<Tagged>,
    };
    const isStage = kind === "restapis" && below === "stages";
    const collection = isStage ? (records.stages as unknown as Collection<Tagged>) : collections[kind];
    const key = isStage ? `${id}/${name}` : id;
    const found = collection?.get(key);
    if (!collection || !found) throw notFound(`Invalid resource identifier specified: ${arn}`);
    return { tags: found.tags, save: (tags) => collection.put(key, { ...found, tags }) };
  };
  return {
    GetTags: (input) => ({ tags: find(input.resourceArn).tags }),

    TagResource(input) {
      const { tags, save } = find(input.resourceArn);
      const merged = { ...tags, ...input.tags };
      if (Object.keys(merged).length > 50) throw badRequest("A resource has at most 50 tags");
      save(merged);
      return {};
    },

    UntagResource(input) {
      const { tags, save } = find(input.resourceArn);
      save(withoutTags(tags, input.tagKeys));
      return {};
    },
  };
}
