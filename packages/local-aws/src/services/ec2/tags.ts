/** Tags of resources of every kind. */
import type { Tag } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs } from "./access.ts";
import { select } from "./describe.ts";
import { type Items, type Kind, kindOf, kinds } from "./kinds.ts";
import type { Network } from "./network.ts";
import { checkTags, mostTags, tooMany } from "./tagRules.ts";

export function tagOperations(network: Network): Operations<"ec2"> {
  return {
    CreateTags: {
      access: ({ Resources }) => needs(network, "CreateTags", Resources),
      run({ Resources, Tags }) {
        checkTags(Tags);
        change(network, Resources, (before) => {
          const others = before.filter(({ Key }) => !Tags.some((tag) => tag.Key === Key));
          const all = [...others, ...Tags.map(({ Key, Value = "" }) => ({ Key, Value }))];
          if (all.length > mostTags) throw tooMany();
          return all;
        });
        return {};
      },
    },
    DeleteTags: {
      access: ({ Resources }) => needs(network, "DeleteTags", Resources),
      run({ Resources, Tags }) {
        // Without tags all go; one with a value goes only where it has that value.
        const goes = (tag: Tag) =>
          Tags === undefined ||
          Tags.length === 0 ||
          Tags.some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value));
        change(network, Resources, (before) => before.filter((tag) => !goes(tag)));
        return {};
      },
    },
    DescribeTags: {
      access: () => needs(network, "DescribeTags"),
      run(input) {
        const all = (Object.keys(kinds) as Kind[]).flatMap((kind) =>
          network.list(kind).flatMap((item) =>
            item.Tags.map(({ Key, Value }) => ({
              ...{ Key, Value, ResourceId: network.idOf(kind, item), ResourceType: kinds[kind].type as never },
            })),
          ),
        );
        const { items, ...rest } = select(
          all.map((tag) => ({ ...tag, Tags: [tag] })),
          input,
          ({ ResourceId, Key }) => `${ResourceId} ${Key}`,
          {
            key: ({ Key }) => Key,
            "resource-id": ({ ResourceId }) => ResourceId,
            "resource-type": ({ ResourceType }) => ResourceType,
            value: ({ Value }) => Value,
          },
        );
        return { Tags: items.map(({ Tags: _, ...tag }) => tag), ...rest };
      },
    },
  };
}

/** All of the resources, or none. @throws AwsError for one that is not there. */
function change(network: Network, resources: string[], tags: (before: Tag[]) => Tag[]): void {
  network.transaction(() => {
    for (const id of resources) {
      const kind = kindOf(id);
      if (!kind) throw new AwsError("InvalidID", `The ID '${id}' is not valid`);
      const item = network.get(kind, id);
      network.put(kind, { ...item, Tags: tags(item.Tags) } as Items[typeof kind]);
    }
  });
}
