import { httpHandler, json, RequestError } from "../lib/http.ts";
import { publicItem } from "./item.ts";
import { readItem } from "./table.ts";

/** `GET` of one record: 200 when it is predicted, 202 while it waits, 404 when there is none. */
export const handler = httpHandler(async (event) => {
  const id = event.pathParameters?.id ?? "";
  const item = id ? await readItem(id) : undefined;
  if (!item) throw new RequestError(404, "there is no such record", "id");
  const visible = publicItem(item);
  return json(visible.status === "predicted" ? 200 : 202, visible);
});
