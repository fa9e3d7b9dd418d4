import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { json, RequestError } from "../lib/http.ts";
import type { Item } from "../lib/itemTable.ts";
import { logger } from "../lib/logger.ts";
import { parseBody } from "../lib/parse.ts";
import { changedMeanwhile, checkIfMatch, etagOf, headerOf, repeatable } from "../lib/revision.ts";
import { routes } from "../lib/routes.ts";
import { changeInstance, describe, instanceName, makeInstance, makeLifecycle } from "./instances.ts";
import { change, creation, LIST, type Notebook, publicNotebook } from "./notebook.ts";
import { advanceDeletion, found, readNotebook, refresh, table, updateNotebook } from "./store.ts";
import { start, stop } from "./transitions.ts";

/** Routes that change notebooks. What takes minutes is answered 202, and told by events. */
export const handler = routes({
  "POST /notebooks": create,
  "PATCH /notebooks/{id}": update,
  "DELETE /notebooks/{id}": remove,
  "POST /notebooks/{id}/start": (event) => move(event, begin),
  "POST /notebooks/{id}/stop": (event) => move(event, ({ NotebookId }) => stop(NotebookId)),
});

const answer = (statusCode: number, notebook: Item): APIGatewayProxyResult =>
  json(statusCode, publicNotebook(notebook), { etag: etagOf(notebook.Revision) });

/** 201 with the item; 200 with it where the same request made it before; 409 where the name is taken. */
async function create(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const asked = parseBody(event, creation());
  const request = repeatable(event, "POST /notebooks");
  const id = asked.Name.toLowerCase();
  const timestamp = new Date().toISOString();
  const notebook = {
    NotebookId: id,
    ...asked,
    Timestamp: timestamp,
    Nb_status: "Initiated",
  } satisfies Notebook;
  const made = await table.create({ ...notebook, Listed: LIST, TimeKey: `${timestamp}#${id}` }, request);
  if (!made) {
    throw new RequestError(409, `Name: is ${JSON.stringify(asked.Name)}; allowed is one that no notebook has`, "Name");
  }
  // The same request before may have been interrupted.
  if (!made.isNew && made.item.Nb_status !== "Initiated") return answer(200, made.item);
  try {
    await makeInstance(made.item as Notebook);
  } catch (error) {
    // Where SageMaker does not say whether there is an instance, the item stays: the next look tells.
    const isNone =
      error instanceof RequestError ||
      (await describe(id)
        .then((one) => !one)
        .catch(() => false));
    // The item is what others see of it, so that it goes last.
    if (isNone) await table.remove({ NotebookId: id }, request);
    throw error;
  }
  logger.info("made", { notebook: id });
  return answer(made.isNew ? 201 : 200, made.item);
}

/** 200 with the item; 409 where it is not stopped. */
async function update(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const before = await found(event);
  const given = parseBody(event, change()) as Item;
  // What is taken away is undefined from here on.
  const changes: Item = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value ?? undefined]));
  if (Object.keys(changes).length === 0) throw new RequestError(400, "the body is {}; allowed is at least one field");
  if (changes.VolumeSize < before.VolumeSize) {
    const allowed = `at least ${before.VolumeSize}: a volume cannot be made smaller`;
    throw new RequestError(400, `VolumeSize: is ${changes.VolumeSize}; allowed is ${allowed}`, "VolumeSize");
  }
  const status = await refresh(before);
  const seen = await current(before);
  checkIfMatch(event, seen.Revision);
  if (seen.DeleteRequested || (status !== "Stopped" && status !== "Failed")) {
    const now = seen.DeleteRequested ? "being deleted" : (status ?? seen.Nb_status);
    throw new RequestError(409, `the notebook is ${now}; it can be changed when it is Stopped`);
  }
  const after = await updateNotebook(before.NotebookId, changes, unchanged(seen));
  if (!after) throw changedMeanwhile();
  try {
    await changeInstance(before.NotebookId, after, new Set(Object.keys(changes)));
  } catch (error) {
    const undone = Object.fromEntries(Object.keys(changes).map((key) => [key, (seen as unknown as Item)[key]]));
    await updateNotebook(before.NotebookId, undone, unchanged(after));
    throw error;
  }
  await refresh(after);
  return answer(200, { ...(await current(after)) });
}

/** 202 with the item, which goes when its instance is gone; 204 where that is so at once. */
async function remove(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const before = await found(event);
  checkIfMatch(event, before.Revision);
  const marked = await updateNotebook(
    before.NotebookId,
    { DeleteRequested: before.DeleteRequested ?? new Date().toISOString() },
    headerOf(event, "if-match") === undefined ? undefined : unchanged(before),
  );
  if (!marked) throw changedMeanwhile();
  await advanceDeletion(marked);
  const left = await readNotebook(before.NotebookId);
  return left ? answer(202, { ...left }) : { statusCode: 204, headers: json(204, {}).headers!, body: "" };
}

async function move(
  event: APIGatewayProxyEvent,
  command: (notebook: Notebook) => Promise<void>,
): Promise<APIGatewayProxyResult> {
  const notebook = await found(event);
  if (notebook.DeleteRequested) throw new RequestError(409, "the notebook is being deleted");
  await command(notebook);
  await refresh(notebook);
  return answer(202, { ...(await current(notebook)) });
}

/** What runs as it starts is what its item says, whatever change of it was interrupted. */
async function begin(notebook: Notebook): Promise<void> {
  await makeLifecycle(instanceName(notebook.NotebookId), notebook);
  await start(notebook.NotebookId);
}

/** As it is now; as it was, where it has gone meanwhile. */
const current = async (notebook: Notebook): Promise<Notebook> => (await readNotebook(notebook.NotebookId)) ?? notebook;

const unchanged = ({ Revision }: Notebook) => ({ expression: "Revision = :seen", values: { ":seen": Revision } });
