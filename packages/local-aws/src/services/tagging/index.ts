/**
 * Tags across services: who has which, and setting them, each service being asked as any client would ask it.
 * https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/
 */
import type { FailureInfo, TagFilter } from "@aws-sdk/client-resource-groups-tagging-api";
import { tagListing, tagsIn } from "../../authorization/resourceTags.ts";
import { page } from "../../kit/page.ts";
import { type Tags, tagList, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Call, type Cloud, type Principal, type Service } from "../../service.ts";
import { taggable } from "./listings.ts";
import { type Asked, serviceIn, tagging, untagging } from "./requests.ts";

interface Tagged {
  arn: string;
  tags: Tags;
}

export function createTagging(cloud: Cloud): Service {
  return {
    name: "tagging",
    shapes: () => import("@aws-sdk/client-resource-groups-tagging-api"),
    operations: operations(cloud),
  };
}

const needs = (action: string) => () => [{ action: `tag:${action}`, resource: "*" }];

function operations(cloud: Cloud): Operations<"tagging"> {
  return {
    GetResources: {
      access: needs("GetResources"),
      async run({
        PaginationToken,
        ResourcesPerPage = 50,
        TagFilters = [],
        ResourceTypeFilters = [],
        ResourceARNList,
      }) {
        if (ResourceARNList && (TagFilters.length > 0 || ResourceTypeFilters.length > 0 || PaginationToken)) {
          throw invalid("ResourceARNList cannot be given with TagFilters, ResourceTypeFilters or PaginationToken");
        }
        if (ResourcesPerPage < 1 || ResourcesPerPage > 100) {
          throw invalid(`ResourcesPerPage must be between 1 and 100, it is ${ResourcesPerPage}`);
        }
        checkFilters(TagFilters);
        const arns = ResourceARNList ?? (await taggable(cloud, ResourceTypeFilters));
        const chosen = arns.filter((arn) => isOfType(arn, ResourceTypeFilters));
        const all = (await withTags(cloud, chosen)).filter(({ tags }) =>
          TagFilters.every((filter) => passes(filter, tags)),
        );
        const { items, PaginationToken: next } = aPage(all, ({ arn }) => arn, PaginationToken, ResourcesPerPage);
        const ResourceTagMappingList = items.map(({ arn, tags }) => ({ ResourceARN: arn, Tags: tagList(tags) }));
        return { PaginationToken: next, ResourceTagMappingList };
      },
    },
    GetTagKeys: {
      access: needs("GetTagKeys"),
      async run({ PaginationToken }) {
        const keys = (await everything(cloud)).flatMap(({ tags }) => Object.keys(tags));
        const { items, PaginationToken: next } = aPage([...new Set(keys)], (key) => key, PaginationToken, 1000);
        return { PaginationToken: next, TagKeys: items };
      },
    },
    GetTagValues: {
      access: needs("GetTagValues"),
      async run({ Key, PaginationToken }) {
        const values = (await everything(cloud)).flatMap(({ tags }) => (Object.hasOwn(tags, Key) ? [tags[Key]!] : []));
        const { items, PaginationToken: next } = aPage([...new Set(values)], (value) => value, PaginationToken, 1000);
        return { PaginationToken: next, TagValues: items };
      },
    },
    TagResources: {
      access: needs("TagResources"),
      async run({ ResourceARNList, Tags }, call) {
        if (Object.keys(Tags).length === 0) throw invalid("Tags must have at least one tag");
        const wrong = Object.entries(Tags).find(([key, value]) => key === "" || key.length > 128 || value.length > 256);
        if (wrong)
          throw invalid(`The tag ${wrong[0]} must have a key of 1 to 128 and a value of at most 256 characters`);
        return change(
          cloud,
          call,
          ResourceARNList,
          (arn) => tagging(arn, Tags),
          (before) => ({ ...before, ...Tags }),
        );
      },
    },
    UntagResources: {
      access: needs("UntagResources"),
      run({ ResourceARNList, TagKeys }, call) {
        return change(
          cloud,
          call,
          ResourceARNList,
          (arn) => untagging(arn, TagKeys),
          (before) => withoutTags(before, TagKeys),
        );
      },
    },
  };
}

const invalid = (message: string): AwsError => new AwsError("InvalidParameterException", message);

function checkFilters(filters: TagFilter[]): void {
  if (filters.length > 50) throw invalid(`TagFilters must have at most 50 filters, it has ${filters.length}`);
  for (const { Key = "", Values = [] } of filters) {
    if (Key === "" || Key.length > 128) throw invalid(`A filter's Key must have 1 to 128 characters, it is '${Key}'`);
    if (Values.length > 20) throw invalid(`The filter ${Key} must have at most 20 values, it has ${Values.length}`);
  }
}

/** Without values, the key is enough. */
const passes = ({ Key = "", Values = [] }: TagFilter, tags: Tags): boolean =>
  Object.hasOwn(tags, Key) && (Values.length === 0 || Values.includes(tags[Key]!));

/** `lambda`, `lambda:function` */
function isOfType(arn: string, filters: readonly string[]): boolean {
  if (filters.length === 0) return true;
  const [kind = ""] = arn.split(":").slice(5).join(":").replace(/^\//, "").split(/[:/]/);
  const named: Record<string, string> = { s3: "bucket", sns: "topic", sqs: "queue" };
  const service = serviceIn(arn);
  return filters.some((filter) => filter === service || filter === `${service}:${named[service] ?? kind}`);
}

function aPage<T>(all: T[], key: (item: T) => string, token: string | undefined, size: number) {
  const expired = () =>
    new AwsError("PaginationTokenExpiredException", "The pagination token is not one that was returned");
  // A first and a last page have an empty token.
  const { items, next = "" } = page(all, { NextToken: token || undefined, MaxResults: size }, key, {
    invalid: expired,
  });
  return { items, PaginationToken: next };
}

const everything = async (cloud: Cloud): Promise<Tagged[]> => withTags(cloud, await taggable(cloud, []));

/** Those that are there and have tags. */
async function withTags(cloud: Cloud, arns: string[]): Promise<Tagged[]> {
  const found: Tagged[] = [];
  for (const arn of arns) {
    const tags = await tagsOf(cloud, arn);
    if (Object.keys(tags).length > 0) found.push({ arn, tags });
  }
  return found;
}

async function tagsOf(cloud: Cloud, arn: string, as?: Principal): Promise<Tags> {
  const bucket = bucketIn(arn);
  const listing = bucket
    ? { service: "s3", operation: "GetBucketTagging", input: { Bucket: bucket } }
    : tagListing(arn);
  if (!listing) return {};
  try {
    return Object.fromEntries(tagsIn(await cloud.request(listing.service, listing.operation, listing.input, as)));
  } catch (error) {
    if (error instanceof AwsError) return {};
    throw error;
  }
}

const bucketIn = (arn: string): string | undefined => /^arn:aws:s3:::([^/]+)$/.exec(arn)?.[1];

/** Asks for each resource as the caller, who needs its service's own rights; what fails is told by its ARN. */
async function change(
  cloud: Cloud,
  { principal }: Pick<Call, "principal">,
  arns: string[],
  request: (arn: string) => Asked | undefined,
  ofBucket: (before: Tags) => Tags,
): Promise<{ FailedResourcesMap: Record<string, FailureInfo> }> {
  if (arns.length === 0 || arns.length > 20) {
    throw invalid(`ResourceARNList must have 1 to 20 ARNs, it has ${arns.length}`);
  }
  const wrong = arns.find((arn) => !/^arn:aws:[^:]+:[^:]*:[^:]*:.+/.test(arn));
  if (wrong !== undefined) throw invalid(`'${wrong}' is not an ARN`);
  const FailedResourcesMap: Record<string, FailureInfo> = {};
  for (const arn of arns) {
    try {
      const bucket = bucketIn(arn);
      const asked = bucket ? await bucketTagging(cloud, arn, bucket, principal, ofBucket) : request(arn);
      if (!asked) throw invalid(`Resources of ${serviceIn(arn)} cannot be tagged here`);
      await cloud.request(asked.service, asked.operation, asked.input, principal);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const ErrorCode = error.status >= 500 ? "InternalServiceException" : "InvalidParameterException";
      FailedResourcesMap[arn] = { StatusCode: error.status, ErrorCode, ErrorMessage: error.message };
    }
  }
  return { FailedResourcesMap };
}

/** A bucket's tags are put as a whole. */
async function bucketTagging(
  cloud: Cloud,
  arn: string,
  Bucket: string,
  principal: Principal,
  changed: (before: Tags) => Tags,
): Promise<Asked> {
  const TagSet = tagList(changed(await tagsOf(cloud, arn, principal)));
  if (TagSet.length === 0) return { service: "s3", operation: "DeleteBucketTagging", input: { Bucket } };
  return { service: "s3", operation: "PutBucketTagging", input: { Bucket, Tagging: { TagSet } } };
}
