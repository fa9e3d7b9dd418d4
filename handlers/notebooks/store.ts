import type { APIGatewayProxyEvent } from "aws-lambda";
import { RequestError } from "../lib/http.ts";
import { type Condition, type Item, ItemTable } from "../lib/itemTable.ts";
import { describe, instanceName, removeInstance, removeLifecycle } from "./instances.ts";
import type { Notebook } from "./notebook.ts";
import { settings } from "./settings.ts";
import { stop } from "./transitions.ts";

export const table = new ItemTable(() => settings.table, ["NotebookId"]);

/** @returns undefined when there is no such notebook. */
export const readNotebook = async (id: string): Promise<Notebook | undefined> =>
  (await table.read({ NotebookId: id })) as Notebook | undefined;

export const updateNotebook = async (id: string, changes: Item, condition?: Condition): Promise<Notebook | undefined> =>
  (await table.update({ NotebookId: id }, changes, condition)) as Notebook | undefined;

/** @throws {RequestError} 404 */
export async function found({ pathParameters }: APIGatewayProxyEvent): Promise<Notebook> {
  const id = pathParameters?.id ?? "";
  // An id is a name; what is none is not asked for, and can be no key of another kind.
  const notebook = /^[a-z0-9-]{1,32}$/.test(id) ? await readNotebook(id) : undefined;
  if (!notebook) throw new RequestError(404, "there is no such notebook", "id");
  return notebook;
}

/**
 * Brings an item up to what SageMaker says of its instance. Events come twice and out of order: what is written is not
 * what they say but what is so now, unless somebody has written newer news meanwhile.
 * @returns the instance's status; undefined when there is no instance.
 */
export async function refresh({ NotebookId, Nb_status }: Notebook): Promise<string | undefined> {
  const instance = await describe(NotebookId);
  if (!instance) return undefined;
  const status = instance.NotebookInstanceStatus!;
  const modified = instance.LastModifiedTime!.toISOString();
  await updateNotebook(
    NotebookId,
    {
      Nb_status: status,
      Modified: modified,
      FailureReason: instance.FailureReason || undefined,
      // A change that was interrupted is one of the item alone.
      InstanceType: instance.InstanceType,
      VolumeSize: instance.VolumeSizeInGB,
      RootAccess: instance.RootAccess === "Enabled",
      ...(status === "InService"
        ? Nb_status !== status && { Started: new Date().toISOString() }
        : // A warning is for one that runs.
          { StopsAt: undefined }),
    },
    {
      expression: "attribute_not_exists(Modified) OR Modified < :m OR (Modified = :m AND Nb_status <> :s)",
      values: { ":m": modified, ":s": status },
    },
  );
  return status;
}

/** Minutes in which whoever makes a notebook has made its instance, or is not going to. */
const LONGEST_CREATION = 15;

/**
 * What anything that hears of a notebook does: its item says what its instance is, its end is gone on with, and it is
 * forgotten where its instance is gone.
 * @returns the instance's status; undefined when there is none.
 */
export async function reconcile(notebook: Notebook): Promise<string | undefined> {
  if (notebook.DeleteRequested) return advanceDeletion(notebook);
  const status = await refresh(notebook);
  const age = Date.now() - Date.parse(notebook.Timestamp);
  const isMaking = notebook.Nb_status === "Initiated" && age < LONGEST_CREATION * 60_000;
  if (status === undefined && !isMaking) await forget(notebook.NotebookId);
  return status;
}

/**
 * A step towards a notebook's end: it is stopped, then deleted, then forgotten. Whatever changes it calls this again.
 * @returns the instance's status; undefined when nothing is left.
 */
export async function advanceDeletion(notebook: Notebook): Promise<string | undefined> {
  const status = await refresh(notebook);
  const id = notebook.NotebookId;
  switch (status) {
    case "InService":
      await stop(id);
      return refresh(notebook);
    case "Stopped":
    case "Failed":
      await removeInstance(instanceName(id));
      return (await refresh(notebook)) ?? forget(id);
    case undefined:
      return forget(id);
    default:
      return status;
  }
}

async function forget(id: string): Promise<undefined> {
  await removeLifecycle(instanceName(id));
  await table.remove({ NotebookId: id });
}
