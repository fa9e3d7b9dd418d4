/** Lists in pages, in Lambda's words. */
import { type Key, type PageRequest, page } from "../../../kit/page.ts";
import { checkRange, invalidParameter } from "../errors.ts";

/** @param most items per page: AWS's limit for that list. */
export function listed<T>(
  all: readonly T[],
  request: Pick<PageRequest, "Marker" | "MaxItems">,
  key: (item: T) => Key,
  { most = 50, descending = false } = {},
): { items: T[]; NextMarker?: string } {
  checkRange(request.MaxItems, "maxItems", 1, 10_000);
  const invalid = () => invalidParameter("The Marker is not one that this list returned.");
  const { items, next } = page(all, request, key, { size: most, most, descending, invalid });
  return { items, ...(next && { NextMarker: next }) };
}
