/**
 * The predictor as a container: drains the queue of records until SIGTERM. Its environment is that of the predictor's
 * functions (`handlers/prediction/settings.ts`), with `RECORD_QUEUE_URL` and `CONCURRENCY` (batches side by side, default 4).
 */
import { logger } from "../../handlers/lib/logger.ts";
import { metrics } from "../../handlers/lib/metrics.ts";
import { predictBy, predictMessage } from "../../handlers/prediction/predictor.ts";
import { sqs } from "../../handlers/prediction/queues.ts";
import { RemotePredictor } from "../../handlers/prediction/remotePredictor.ts";
import { settings } from "../../handlers/prediction/settings.ts";
import { consume } from "./consumer.ts";

try {
  const { recordQueueUrl, concurrency } = checkEnvironment();
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  if (settings.predictorFunction) predictBy(new RemotePredictor(settings.predictorFunction));
  logger.info("draining", { queue: recordQueueUrl, concurrency });
  await consume({
    client: sqs,
    queueUrl: recordQueueUrl,
    handle: predictMessage,
    afterBatch: () => metrics.hasStoredMetrics() && metrics.publishStoredMetrics(),
    concurrency,
    signal: stop.signal,
  });
  logger.info("stopped");
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

/** All of it at once, rather than with the first message. */
function checkEnvironment(): { recordQueueUrl: string; concurrency: number } {
  const { recordQueueUrl, table, features, failureQueueUrl } = settings;
  const model = settings.predictorFunction ?? settings.modelUri;
  const concurrency = Number(process.env.CONCURRENCY ?? 4);
  if (!recordQueueUrl) throw new Error("The environment variable RECORD_QUEUE_URL is missing");
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new Error(`CONCURRENCY is ${process.env.CONCURRENCY}, expected an integer above 0`);
  }
  logger.debug("settings", { table, features, model, failureQueueUrl });
  return { recordQueueUrl, concurrency };
}
