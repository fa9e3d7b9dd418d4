import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeExecutionCommand, type ExecutionStatus, paginateListExecutions } from "@aws-sdk/client-sfn";
import { logger } from "../lib/logger.ts";
import { dynamodb, sfn } from "./clients.ts";
import { recordEnded, recordId } from "./recordTable.ts";
import { settings } from "./settings.ts";

const statuses: ExecutionStatus[] = ["FAILED", "TIMED_OUT", "ABORTED"];

/** Executions begin longest first by their start: those older than this were looked at while they were younger. */
const lookBack = () => Number(process.env.LOOK_BACK_SECONDS ?? 86_400) * 1_000;

/**
 * On a schedule: writes the records that are still missing, such as of events that were lost.
 * @returns how many were.
 */
export async function handler(): Promise<{ recorded: number }> {
  let recorded = 0;
  const oldest = Date.now() - lookBack();
  for (const statusFilter of statuses) {
    const pages = paginateListExecutions(
      { client: sfn, pageSize: 100 },
      { stateMachineArn: settings.stateMachine, statusFilter },
    );
    list: for await (const { executions = [] } of pages) {
      for (const { executionArn = "", startDate, stopDate } of executions) {
        if ((startDate?.getTime() ?? 0) < oldest) break list;
        if (await isRecorded(executionArn)) continue;
        const {
          status = statusFilter,
          input,
          error,
          cause,
        } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        if (await recordEnded({ executionArn, status, input, error, cause, stopped: stopDate })) recorded++;
      }
    }
  }
  if (recorded > 0) logger.warn("recorded what was missing", { recorded });
  return { recorded };
}

async function isRecorded(executionArn: string): Promise<boolean> {
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName: settings.archiveTable, Key: { Id: { S: recordId(executionArn) } } }),
  );
  return Item !== undefined;
}
