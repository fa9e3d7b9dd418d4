import {
  CreatePresignedNotebookInstanceUrlCommand,
  StartNotebookInstanceCommand,
  StopNotebookInstanceCommand,
} from "@aws-sdk/client-sagemaker";
import { RequestError } from "../lib/http.ts";
import { sagemaker } from "./clients.ts";
import { describe, instanceName, refusals } from "./instances.ts";

/** Starts an instance; one that is on its way, or there, is well. */
export const start = (id: string): Promise<void> =>
  attempt(
    id,
    () => sagemaker.send(new StartNotebookInstanceCommand({ NotebookInstanceName: instanceName(id) })),
    ["Pending", "InService"],
    "it can be started when it is Stopped or Failed",
  );

/** Stops an instance; one that is on its way, or there, is well. */
export const stop = (id: string): Promise<void> =>
  attempt(
    id,
    () => sagemaker.send(new StopNotebookInstanceCommand({ NotebookInstanceName: instanceName(id) })),
    ["Stopping", "Stopped"],
    "it can be stopped when it is InService",
  );

/** @throws {RequestError} 409 where the instance is in no state for it. */
async function attempt(id: string, send: () => Promise<unknown>, well: string[], remedy: string): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!/^Validation(Exception|Error)$/.test((error as Error).name)) throw refusals(error);
    const status = (await describe(id))?.NotebookInstanceStatus;
    if (status && well.includes(status)) return;
    throw new RequestError(409, `the notebook is ${status ?? "not there yet"}; ${remedy}`);
  }
}

/** Seconds that a URL can be opened within; SageMaker's own. */
export const URL_SECONDS = 300;

/** A URL that opens the notebook once; undefined while it does not run. */
export async function presignedUrl(id: string): Promise<string | undefined> {
  try {
    const { AuthorizedUrl } = await sagemaker.send(
      new CreatePresignedNotebookInstanceUrlCommand({ NotebookInstanceName: instanceName(id) }),
    );
    return AuthorizedUrl;
  } catch (error) {
    if (/^Validation(Exception|Error)$/.test((error as Error).name)) return undefined;
    throw refusals(error);
  }
}
