import * as z from "zod/mini";

const LARGEST_PAGE = 100;
/** A time and an id, as `TimeKey` has them: a token is a place in time, and stays valid. */
const TIME_KEY = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#.{1,900}$/;

const limitMessage = `is not an integer from 1 to ${LARGEST_PAGE}`;
const decode = (token: string) => Buffer.from(token, "base64url").toString();

/** Whether it is a date of the calendar, and not one that is yet to come: no list had another (clocks differ by less than a day). */
function isPlace(key: string): boolean {
  const time = TIME_KEY.test(key) ? key.slice(0, 24) : "";
  const date = new Date(time);
  return date.getTime() < Date.now() + 86_400_000 && date.toISOString() === time;
}

/** What a list takes of its query: `limit` (1 to 100, default 20) and the `token` of the page before. */
export const pageQuery = {
  limit: z._default(
    z.pipe(
      z.string().check(z.regex(/^\d{1,3}$/, limitMessage)),
      z.pipe(z.transform(Number), z.number().check(z.gte(1, limitMessage), z.lte(LARGEST_PAGE, limitMessage))),
    ),
    20,
  ),
  token: z.optional(
    z.pipe(
      z.string().check(z.refine((token) => isPlace(decode(token)), "is not one of ours")),
      z.transform((token: string) => decode(token)),
    ),
  ),
};

/** `{ items, token? }`; without `token` there are no more. */
export const pageOf = (items: object[], next: string | undefined): object => ({
  items,
  ...(next !== undefined && { token: Buffer.from(next).toString("base64url") }),
});
