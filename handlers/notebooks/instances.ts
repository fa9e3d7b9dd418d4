import {
  CreateNotebookInstanceCommand,
  CreateNotebookInstanceLifecycleConfigCommand,
  DeleteNotebookInstanceCommand,
  DeleteNotebookInstanceLifecycleConfigCommand,
  DescribeNotebookInstanceCommand,
  type DescribeNotebookInstanceCommandOutput,
  UpdateNotebookInstanceCommand,
  UpdateNotebookInstanceLifecycleConfigCommand,
} from "@aws-sdk/client-sagemaker";
import { RequestError } from "../lib/http.ts";
import { logger } from "../lib/logger.ts";
import { sagemaker } from "./clients.ts";
import { onStart } from "./lifecycle.ts";
import type { Notebook, NotebookSpec } from "./notebook.ts";
import { settings } from "./settings.ts";

export const instanceName = (id: string): string => `${settings.prefix}${id}`;

/** The notebook of an instance of that name; undefined for another stack's. */
export const notebookIdOf = (name: string): string | undefined =>
  name.startsWith(settings.prefix) ? name.slice(settings.prefix.length) : undefined;

/** Whether SageMaker says by this error that there is no such thing, for which it has no error of its own. */
export const isMissing = (error: unknown): boolean =>
  (error as Error).name === "ResourceNotFound" ||
  (/^Validation(Exception|Error)$/.test((error as Error).name) &&
    /RecordNotFound|could not find|does not exist|not found/i.test((error as Error).message));

/** @returns undefined when there is no instance. */
export async function describe(id: string): Promise<DescribeNotebookInstanceCommandOutput | undefined> {
  try {
    return await sagemaker.send(new DescribeNotebookInstanceCommand({ NotebookInstanceName: instanceName(id) }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const content = (spec: NotebookSpec) => [
  { Content: Buffer.from(onStart(spec, settings.notebooks.cluster)).toString("base64") },
];

/**
 * Makes a notebook's instance and its lifecycle configuration. Where that fails, nothing of it is left.
 * @throws {RequestError} for what the caller can do something about.
 */
export async function makeInstance(notebook: Notebook): Promise<void> {
  const { network, keyArn, tags } = settings.notebooks;
  const name = instanceName(notebook.NotebookId);
  const Tags = Object.entries({ ...tags, notebook: notebook.NotebookId }).map(([Key, Value]) => ({ Key, Value }));
  try {
    await makeLifecycle(name, notebook);
    await sagemaker.send(
      new CreateNotebookInstanceCommand({
        NotebookInstanceName: name,
        InstanceType: notebook.InstanceType as "ml.t3.medium",
        RoleArn: settings.roleArn,
        VolumeSizeInGB: notebook.VolumeSize,
        LifecycleConfigName: name,
        RootAccess: notebook.RootAccess ? "Enabled" : "Disabled",
        DirectInternetAccess: notebook.DirectInternetAccess ? "Enabled" : "Disabled",
        ...(network && {
          SubnetId: network.subnetIds[name.length % network.subnetIds.length],
          SecurityGroupIds: network.securityGroupIds,
        }),
        ...(keyArn && { KmsKeyId: keyArn }),
        InstanceMetadataServiceConfiguration: { MinimumInstanceMetadataServiceVersion: "2" },
        Tags,
      }),
    );
  } catch (error) {
    // An answer that got lost is no failure: the instance may be there, and what is left of an older one is not ours.
    const there = await describe(notebook.NotebookId);
    if (there && isOf(there, notebook)) return;
    if (!there) await removeLifecycle(name).catch((left) => logger.error("a lifecycle configuration is left", left));
    throw there
      ? new RequestError(409, `Name: ${notebook.Name} was deleted, and its end takes minutes; try again then`, "Name")
      : refusals(error);
  }
}

/** One that was deleted is older than the item, even by a clock that is not quite ours. */
const isOf = (
  { CreationTime, NotebookInstanceStatus }: DescribeNotebookInstanceCommandOutput,
  { Timestamp }: Notebook,
) => NotebookInstanceStatus !== "Deleting" && CreationTime!.getTime() > Date.parse(Timestamp) - 60_000;

/** What an instance runs as it starts: made, or changed. */
export async function makeLifecycle(name: string, spec: NotebookSpec): Promise<void> {
  const config = { NotebookInstanceLifecycleConfigName: name, OnStart: content(spec) };
  try {
    await sagemaker.send(new CreateNotebookInstanceLifecycleConfigCommand(config));
  } catch (error) {
    if (!/already exist/i.test((error as Error).message)) throw error;
    // Left by one that was killed.
    await sagemaker.send(new UpdateNotebookInstanceLifecycleConfigCommand(config));
  }
}

/** Changes an instance that is stopped, and what it runs as it starts. */
export async function changeInstance(id: string, spec: NotebookSpec, changed: Set<string>): Promise<void> {
  const name = instanceName(id);
  try {
    if (["Repository", "Requirements", "Lifecycle", "ClusterBacked"].some((key) => changed.has(key))) {
      await makeLifecycle(name, spec);
    }
    if (["InstanceType", "VolumeSize", "RootAccess"].some((key) => changed.has(key))) {
      await sagemaker.send(
        new UpdateNotebookInstanceCommand({
          NotebookInstanceName: name,
          InstanceType: spec.InstanceType as "ml.t3.medium",
          VolumeSizeInGB: spec.VolumeSize,
          RootAccess: spec.RootAccess ? "Enabled" : "Disabled",
        }),
      );
    }
  } catch (error) {
    throw refusals(error);
  }
}

/** Deletes; what is gone already is well. */
async function gone(remove: Promise<unknown>): Promise<void> {
  await remove.catch((error) => {
    if (!isMissing(error)) throw error;
  });
}

export const removeInstance = (name: string): Promise<void> =>
  gone(sagemaker.send(new DeleteNotebookInstanceCommand({ NotebookInstanceName: name })));

export const removeLifecycle = (name: string): Promise<void> =>
  gone(sagemaker.send(new DeleteNotebookInstanceLifecycleConfigCommand({ NotebookInstanceLifecycleConfigName: name })));

/** What SageMaker refuses for a reason that the caller can do something about; all else goes on. */
export function refusals(error: unknown): unknown {
  const { name, message } = error as Error;
  const refusal = (statusCode: number, text: string) => {
    logger.warn("refused by SageMaker", { name, reason: message });
    return new RequestError(statusCode, text);
  };
  switch (name) {
    case "ResourceLimitExceeded":
      return refusal(429, "the account's limit for such notebooks in SageMaker is reached");
    case "ThrottlingException":
      return refusal(429, "SageMaker takes no more calls just now; try again");
    default:
      return error;
  }
}
