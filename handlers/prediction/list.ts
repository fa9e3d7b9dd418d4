import * as z from "zod/mini";
import { httpHandler, json } from "../lib/http.ts";
import { pageOf, pageQuery } from "../lib/paging.ts";
import { parse } from "../lib/parse.ts";
import { publicItem } from "./item.ts";
import { readPage } from "./page.ts";

const querySchema = z.object({
  ...pageQuery,
  class: z.optional(z.string().check(z.minLength(1, "is empty"), z.maxLength(256, "is too long"))),
});

/**
 * `GET` of all records, newest first. Query: `limit` (1 to 100, default 20), `class` (predicted class), `token` (of the
 * page before). Answers `{ items, token? }`; without `token` there are no more. A page may be short, or empty, and have one: a
 * request looks at so many places and no more.
 */
export const handler = httpHandler(async (event) => {
  const query = parse(event.queryStringParameters ?? {}, querySchema);
  const { items, next } = await readPage({ limit: query.limit, before: query.token, target: query.class });
  return json(200, pageOf(items.map(publicItem), next));
});
