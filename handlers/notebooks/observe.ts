import { MetricUnit } from "@aws-lambda-powertools/metrics";
import type { EventBridgeEvent } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { notebookIdOf } from "./instances.ts";
import { readNotebook, reconcile } from "./store.ts";

/** https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html */
interface Change {
  NotebookInstanceName?: string;
}

/** What SageMaker tells of notebooks, maybe twice, late, or of one that is gone: the item becomes what is so now. */
export async function handler({ detail }: Pick<EventBridgeEvent<string, Change>, "detail">): Promise<void> {
  const id = notebookIdOf(detail.NotebookInstanceName ?? "");
  const before = id === undefined ? undefined : await readNotebook(id);
  if (!before) return;
  const status = await reconcile(before);
  logger.info("heard", { notebook: id, before: before.Nb_status, status });
  if (status !== "Failed" || before.Nb_status === "Failed") return;
  metrics.addMetric("NotebookFailed", MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}
