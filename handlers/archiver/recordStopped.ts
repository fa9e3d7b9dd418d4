import type { EventBridgeEvent } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { recordEnded } from "./recordTable.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
interface StatusChange {
  executionArn: string;
  status: string;
  input?: string;
  error?: string | null;
  cause?: string | null;
  stopDate?: number | null;
}

/** Of an execution that was stopped, ran out of time or failed: its record, unless it wrote one. */
export async function handler({
  detail: { stopDate, ...execution },
}: EventBridgeEvent<"Step Functions Execution Status Change", StatusChange>): Promise<void> {
  const missing = await recordEnded({ ...execution, ...(stopDate && { stopped: new Date(stopDate) }) });
  if (missing) logger.info("recorded", { execution: execution.executionArn, status: execution.status });
}
