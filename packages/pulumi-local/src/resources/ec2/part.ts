/** What the parts of a network have in common: how EC2 is asked, how they are tagged, and what an earlier release made of them. */
import type { Tag } from "@aws-sdk/client-ec2";
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import { type DescribedType, described } from "../described.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagList, tagMap } from "../tags.ts";

/** EC2 in a region. */
export class Ec2 {
  readonly region: string;
  readonly accountId: string;
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.region = cloud.region;
    this.accountId = cloud.accountId;
  }

  ask<Answer = unknown>(operation: string, input: object = {}): Promise<Answer> {
    return this.#cloud.call<Answer>("ec2", operation, input);
  }

  /** @param kind as in `internet-gateway`. */
  arn(kind: string, id: string): string {
    return `arn:aws:ec2:${this.region}:${this.accountId}:${kind}/${id}`;
  }
}

type Part = Omit<DescribedType, "type" | "docs" | "describe" | "make" | "retag"> & {
  /** `Vpc`, or with its module: `SecurityGroupEgressRule` of `vpc`, by a colon. */
  name: string;
  /** In its ARN, and `ResourceType` of its tags. */
  kind?: string;
  make(inputs: Properties, tags: object): Promise<string | undefined>;
  /** @returns its outputs, and `Tags` as EC2 says them. */
  find(id: string, given: Properties): Promise<(Properties & { Tags?: Tag[] | undefined }) | undefined>;
};

/** A resource type of EC2. */
export function ec2Type(ec2: Ec2, { name: named, kind, make, find, ...part }: Part): ResourceType {
  const [name = "", module = "ec2"] = named.split(":").toReversed();
  const specifications = ({ tagsAll }: Properties) => {
    const Tags = tagList(tagsAll);
    return kind && Tags.length > 0 ? { TagSpecifications: [{ ResourceType: kind, Tags }] } : {};
  };
  return {
    ...described({
      ...part,
      type: `aws:${module}/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`,
      docs: `https://www.pulumi.com/registry/packages/aws/api-docs/${module}/${name.toLowerCase()}/`,
      make: async (inputs) => String(await make(inputs, specifications(inputs))),
      ...(part.taggable && {
        async retag(id, { put, remove }) {
          const Resources = [id];
          if (remove.length > 0) await ec2.ask("DeleteTags", { Resources, Tags: remove.map((Key) => ({ Key })) });
          if (Object.keys(put).length > 0) await ec2.ask("CreateTags", { Resources, Tags: tagList(put) });
        },
      }),
      async describe(id, given) {
        const found = await find(id, given);
        if (!found) return undefined;
        const { Tags, ...outputs } = found;
        return { ...outputs, ...(part.taggable && { tagsAll: tagMap(Tags) }) };
      },
    }),
    onceRecorded: true,
  };
}

/** Nothing, as the provider says it: an output that is always there. */
export const none = "";
