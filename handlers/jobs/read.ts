import * as z from "zod/mini";
import { json, RequestError } from "../lib/http.ts";
import { pageOf, pageQuery } from "../lib/paging.ts";
import { parse } from "../lib/parse.ts";
import { etagOf } from "../lib/revision.ts";
import { routes } from "../lib/routes.ts";
import { foundJob, foundRun, JOBS, publicItem, runsOf, table } from "./job.ts";
import { type LogPlace, readLog } from "./log.ts";
import { hasEnded } from "./runs.ts";

const pages = z.object(pageQuery);

/** Routes that read jobs, their runs and their logs. */
export const handler = routes({
  "GET /jobs": ({ queryStringParameters }) => list(JOBS, queryStringParameters),
  "GET /jobs/{id}": async ({ pathParameters }) => {
    const job = await foundJob(pathParameters?.id);
    return json(200, publicItem(job), { etag: etagOf(job.Revision) });
  },
  "GET /jobs/{id}/runs": async ({ pathParameters, queryStringParameters }) => {
    const { JobId } = await foundJob(pathParameters?.id);
    return list(runsOf(JobId), queryStringParameters);
  },
  "GET /jobs/{id}/runs/{run}": async ({ pathParameters }) => {
    const { JobId } = await foundJob(pathParameters?.id);
    const run = await foundRun(JobId, pathParameters?.run);
    return json(200, publicItem(run), { etag: etagOf(run.Revision) });
  },
  "GET /jobs/{id}/runs/{run}/logs": async ({ pathParameters, queryStringParameters }) => {
    const { JobId } = await foundJob(pathParameters?.id);
    const run = await foundRun(JobId, pathParameters?.run);
    const place = placeOf(queryStringParameters?.token);
    const { lines, next, isLast } = await readLog(run.LogPrefix, place);
    const token = Buffer.from(JSON.stringify(next)).toString("base64url");
    // What an ended run says a little later is read with the same token.
    return json(200, { lines, token, state: run.State, done: isLast && hasEnded(run.State) });
  },
});

async function list(name: string, query: Record<string, string | undefined> | null) {
  const { limit, token } = parse(query ?? {}, pages);
  const { items, next } = await table.page(name, limit, token);
  return json(200, pageOf(items.map(publicItem), next));
}

const place = z.object({
  nextToken: z.optional(z.string().check(z.maxLength(2_000))),
  from: z.optional(z.number().check(z.int(), z.gte(0))),
  skip: z.optional(z.number().check(z.int(), z.gte(0), z.lte(5_000))),
});

/** @throws {RequestError} 400 for a token that is none of ours. */
function placeOf(token: string | undefined): LogPlace {
  if (token === undefined) return {};
  try {
    const parsed = z.safeParse(place, JSON.parse(Buffer.from(token, "base64url").toString()));
    if (parsed.success) return parsed.data as LogPlace;
  } catch {
    // Said below.
  }
  throw new RequestError(400, "token: is not one of ours", "token");
}
