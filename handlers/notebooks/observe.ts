import { setTimeout as sleep } from "node:timers/promises";
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context, EventBridgeEvent } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { notebookIdOf } from "./instances.ts";
import { readNotebook, reconcile } from "./store.ts";

/** https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html */
interface Change {
  NotebookInstanceName?: string;
}

/** So long before its time is up the function leaves the rest to the cleaner. */
const RESERVE_MS = 10_000;

/** What SageMaker tells of notebooks, maybe twice, late, or of one that is gone: the item becomes what is so now. */
export async function handler(
  { detail }: Pick<EventBridgeEvent<string, Change>, "detail">,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<void> {
  const id = notebookIdOf(detail.NotebookInstanceName ?? "");
  const before = id === undefined ? undefined : await readNotebook(id);
  if (!before) return;
  let status = await reconcile(before);
  // SageMaker tells that an instance is on its way out, not that it is gone.
  while (status === "Deleting" && context.getRemainingTimeInMillis() > RESERVE_MS) {
    await sleep(2_000);
    status = await reconcile(before);
  }
  logger.info("heard", { notebook: id, before: before.Nb_status, status });
  if (status !== "Failed" || before.Nb_status === "Failed") return;
  metrics.addMetric("NotebookFailed", MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}
