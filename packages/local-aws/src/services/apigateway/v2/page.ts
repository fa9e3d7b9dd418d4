import { type Key, page } from "../../../kit/page.ts";
import { badRequest } from "./records.ts";

/** One page of a list of HTTP APIs' operations, whose page size is text. */
export function pageOf<T>(
  all: T[],
  { MaxResults, NextToken }: { MaxResults?: string | undefined; NextToken?: string | undefined },
  key: (item: T) => Key,
): { items: T[]; next?: string } {
  const limit = MaxResults === undefined ? 100 : Number(MaxResults);
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) {
    throw badRequest(`MaxResults is ${MaxResults}; allowed are 1 to 500`);
  }
  const invalid = () => badRequest("Invalid next token");
  const { items, next } = page(all, { limit, ...(NextToken !== undefined && { position: NextToken }) }, key, {
    size: 100,
    invalid,
  });
  return { items, ...(next && { next }) };
}
