import * as z from "zod/mini";
import { json } from "../lib/http.ts";
import { pageOf, pageQuery } from "../lib/paging.ts";
import { parse } from "../lib/parse.ts";
import { etagOf } from "../lib/revision.ts";
import { routes } from "../lib/routes.ts";
import { LIST, publicNotebook } from "./notebook.ts";
import { found, table } from "./store.ts";
import { presignedUrl, URL_SECONDS } from "./transitions.ts";

/** `GET /notebooks` and `GET /notebooks/{id}`. */
export const handler = routes({
  "GET /notebooks": async ({ queryStringParameters }) => {
    const { limit, token } = parse(queryStringParameters ?? {}, z.object(pageQuery));
    const { items, next } = await table.page(LIST, limit, token);
    return json(200, pageOf(items.map(publicNotebook), next));
  },
  "GET /notebooks/{id}": async (event) => {
    const notebook = await found(event);
    const expires = new Date(Date.now() + URL_SECONDS * 1_000).toISOString();
    const url = notebook.Nb_status === "InService" ? await presignedUrl(notebook.NotebookId) : undefined;
    const body = { ...publicNotebook({ ...notebook }), ...(url && { Url: url, UrlExpires: expires }) };
    return json(200, body, { etag: etagOf(notebook.Revision) });
  },
});
