import { setTimeout as sleep } from "node:timers/promises";
import { paginateListNotebookInstanceLifecycleConfigs } from "@aws-sdk/client-sagemaker";
import type { Context } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { listInstances } from "./clean.ts";
import { sagemaker } from "./clients.ts";
import { instanceName, removeInstance, removeLifecycle } from "./instances.ts";
import { settings } from "./settings.ts";
import { stop } from "./transitions.ts";

/** As Pulumi's `lambda.Invocation` calls it: https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/ */
interface SweepEvent {
  tf?: { action?: string };
}

/**
 * As the stack is destroyed: stops and deletes every notebook of it, and waits for their end: role and network go after.
 * @throws Error naming what is left, shortly before the function's time is up.
 */
export async function handler(
  { tf }: SweepEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<{ removed: string[] }> {
  if (tf?.action !== "delete") return { removed: [] };
  const until = Date.now() + context.getRemainingTimeInMillis() - 10_000;
  const removed = new Set<string>();
  for (;;) {
    const left = await listInstances();
    if (left.size === 0) break;
    for (const [id, { NotebookInstanceStatus: status }] of left) {
      removed.add(id);
      if (status === "InService") await stop(id);
      if (status === "Stopped" || status === "Failed") await removeInstance(instanceName(id));
    }
    if (Date.now() > until) {
      throw new Error(`Notebooks end slowly: ${[...left.keys()].join(", ")}. Run destroy again in some minutes`);
    }
    await sleep(1_000);
  }
  await removeLifecycles();
  logger.info("removed all", { removed: [...removed] });
  return { removed: [...removed] };
}

/** Those of notebooks, and what one has left that was killed as it made a notebook. */
async function removeLifecycles(): Promise<void> {
  const names: string[] = [];
  for await (const { NotebookInstanceLifecycleConfigs = [] } of paginateListNotebookInstanceLifecycleConfigs(
    { client: sagemaker },
    { NameContains: settings.prefix },
  )) {
    names.push(...NotebookInstanceLifecycleConfigs.map((one) => one.NotebookInstanceLifecycleConfigName!));
  }
  for (const name of names.filter((one) => one.startsWith(settings.prefix))) await removeLifecycle(name);
}
