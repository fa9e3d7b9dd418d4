import type { ScheduledEvent } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { jobName } from "./names.ts";
import { startTraining } from "./train.ts";

/**
 * By a schedule: the same training again. Its event is `{"id", "input", "output"}`; EventBridge may deliver one twice, and
 * the job is named by its id.
 */
export async function handler({ id, input, output }: Pick<ScheduledEvent, "id"> & { input: string; output: string }) {
  const job = await startTraining(jobName(id, 0), { input, output });
  logger.info("retraining", { job });
}
