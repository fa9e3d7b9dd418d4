import type { ScheduledEvent } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { jobName, type Tables } from "./names.ts";
import { startTraining } from "./train.ts";

/**
 * By a schedule: the same training again. Its event is `{"id", "input", "output"}`; EventBridge may deliver one twice, and
 * the job is named by its id.
 */
export async function handler({ id, input, output }: Pick<ScheduledEvent, "id"> & Tables) {
  const job = await startTraining(jobName(id, { input, output }), { input, output });
  logger.info("retraining", { job });
}
