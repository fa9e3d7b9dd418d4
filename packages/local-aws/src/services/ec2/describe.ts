/** Descriptions: by ids, filters and pages, the same for every kind of resource. */
import type { Filter, Tag } from "@aws-sdk/client-ec2";
import { compilePattern, matchesPattern } from "../../authorization/pattern.ts";
import { page } from "../../kit/page.ts";
import { AwsError } from "../../service.ts";
import { type Items, type Kind, kinds } from "./kinds.ts";
import type { Network } from "./network.ts";

/** A filter's values of an item: one, several or none. */
export type Filters<Item> = Record<string, (item: Item) => unknown>;

interface Request {
  Filters?: Filter[] | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

/**
 * Items that are asked for, a page at a time.
 * @param ids those that are asked for by id; none: all.
 * @throws AwsError for ids that are not there, filters that do not exist, and wrong pages.
 */
export function describe<K extends Kind>(
  network: Network,
  kind: K,
  request: Request,
  ids: string[] | undefined,
  filters: Filters<Items[K]>,
): { items: Items[K][]; NextToken?: string } {
  if (ids?.length && request.MaxResults !== undefined) {
    const message = `The parameter ${kinds[kind].id}s cannot be used with the parameter MaxResults`;
    throw new AwsError("InvalidParameterCombination", message);
  }
  const all = ids?.length ? [...new Set(ids)].map((id) => network.get(kind, id)) : network.list(kind);
  return select(all, request, (item) => network.idOf(kind, item), filters);
}

/** As {@link describe}, of items that are not kept by id. */
export function select<Item extends object>(
  all: readonly Item[],
  request: Request,
  key: (item: Item) => string,
  filters: Filters<Item>,
): { items: Item[]; NextToken?: string } {
  const { MaxResults } = request;
  if (MaxResults !== undefined && (MaxResults < 5 || MaxResults > 1000)) {
    const than = MaxResults < 5 ? "greater than or equal to 5" : "less than or equal to 1000";
    const message = `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value ${than}.`;
    throw new AwsError("InvalidParameterValue", message);
  }
  const tests = (request.Filters ?? []).map((filter) => test(filter, filters));
  const chosen = all.filter((item) => tests.every((passes) => passes(item)));
  const { items, next } = page(chosen, request, key, { size: 1000, invalid: invalidToken });
  return { items, ...(next !== undefined && { NextToken: next }) };
}

const invalidToken = () => new AwsError("InvalidParameterValue", "Unable to parse pagination token");

/** Values may have wildcards. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html */
function test<Item extends object>(
  { Name = "", Values = [] }: Filter,
  filters: Filters<Item>,
): (item: Item) => boolean {
  const read = Object.hasOwn(filters, Name) ? filters[Name] : (tagFilter(Name) as Filters<Item>[string] | undefined);
  if (!read) throw new AwsError("InvalidParameterValue", `The filter '${Name}' is invalid`);
  const patterns = Values.map((value) => compilePattern(value));
  return (item) =>
    [read(item)]
      .flat(2)
      .some((value) => value !== undefined && patterns.some((one) => matchesPattern(one, String(value))));
}

function tagFilter(name: string): ((item: { Tags?: Tag[] }) => unknown) | undefined {
  if (name === "tag-key") return ({ Tags = [] }) => Tags.map(({ Key }) => Key);
  if (name === "tag-value") return ({ Tags = [] }) => Tags.map(({ Value }) => Value);
  if (!name.startsWith("tag:")) return undefined;
  return ({ Tags = [] }) => Tags.filter(({ Key }) => Key === name.slice(4)).map(({ Value }) => Value);
}
