import * as z from "zod/mini";
import { httpHandler, json } from "../lib/http.ts";
import { parse } from "../lib/parse.ts";
import { publicItem } from "./item.ts";
import { readPage } from "./page.ts";

const LARGEST_PAGE = 100;
/** A time and an id, as `time_key` has them: a token is a place in time, and stays valid. */
const TIME_KEY = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#.{1,900}$/;

const decode = (token: string) => Buffer.from(token, "base64url").toString();
const encode = (key: string) => Buffer.from(key).toString("base64url");
/** Whether it is a date of the calendar, and not one that is yet to come: no list had another (clocks differ by less than a day). */
const isPlace = (key: string): boolean => {
  const time = TIME_KEY.test(key) ? key.slice(0, 24) : "";
  const date = new Date(time);
  return date.getTime() < Date.now() + 86_400_000 && date.toISOString() === time;
};
const limitMessage = `is not an integer from 1 to ${LARGEST_PAGE}`;

const querySchema = z.object({
  limit: z._default(
    z.pipe(
      z.string().check(z.regex(/^\d{1,3}$/, limitMessage)),
      z.pipe(z.transform(Number), z.number().check(z.gte(1, limitMessage), z.lte(LARGEST_PAGE, limitMessage))),
    ),
    20,
  ),
  token: z.optional(z.string().check(z.refine((token) => isPlace(decode(token)), "is not one of ours"))),
  class: z.optional(z.string().check(z.minLength(1, "is empty"), z.maxLength(256, "is too long"))),
});

/**
 * `GET` of all records, newest first. Query: `limit` (1 to 100, default 20), `class` (predicted class), `token` (of the
 * page before). Answers `{ items, token? }`; without `token` there are no more. A page may be short, or empty, and have one: a
 * request looks at so many places and no more.
 */
export const handler = httpHandler(async (event) => {
  const query = parse(event.queryStringParameters ?? {}, querySchema);
  const before = query.token === undefined ? undefined : decode(query.token);
  const { items, next } = await readPage({ limit: query.limit, before, target: query.class });
  return json(200, { items: items.map(publicItem), ...(next !== undefined && { token: encode(next) }) });
});
