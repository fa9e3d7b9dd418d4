import { httpHandler, json, RequestError } from "../lib/http.ts";
import { publicItem } from "./item.ts";
import { readItem } from "./table.ts";

/** DynamoDB takes no longer key, so there is no record under one. */
const LONGEST_ID = 1024;

/** `GET` of one record: 200 when it is predicted, 202 while it waits, 404 when there is none. */
export const handler = httpHandler(async (event) => {
  const id = event.pathParameters?.id ?? "";
  const item = id && Buffer.byteLength(id) <= LONGEST_ID ? await readItem(id) : undefined;
  if (!item) throw new RequestError(404, "there is no such record", "id");
  const visible = publicItem(item);
  return json(visible.status === "predicted" ? 200 : 202, visible);
});
