/** Lists in pages, in IAM's words. */

import { validationError } from "../../authorization/limits.ts";
import { type Key, type PageRequest, page } from "../../kit/page.ts";
import { type Tags, tagList } from "../../kit/tags.ts";

export type Paging = Pick<PageRequest, "Marker" | "MaxItems">;

/** A page of a list, and where the next one begins. */
export function pageOf<T>(all: T[], request: Paging, key: (item: T) => Key, descending = false) {
  const invalid = () => validationError("Invalid Marker.");
  const { items, next } = page(all, request, key, { descending, invalid });
  return { items, paging: { IsTruncated: next !== undefined, ...(next && { Marker: next }) } };
}

/** The tags of something, in pages. */
export function tagPage(tags: Tags, request: Paging) {
  const { items, paging } = pageOf(tagList(tags), request, ({ Key }) => Key);
  return { Tags: items, ...paging };
}
