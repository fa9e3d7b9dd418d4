import { ConditionalCheckFailedException, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { dynamodb } from "./clients.ts";
import { settings } from "./settings.ts";

/** An execution that ended without recording it itself. */
export interface EndedExecution {
  executionArn: string;
  status: string;
  /** The execution's input as JSON, if it is known. */
  input?: string | undefined;
  error?: string | null | undefined;
  cause?: string | null | undefined;
  stopped?: Date | undefined;
}

const actions: Record<string, string> = { ABORTED: "Stopped", TIMED_OUT: "Timed_Out" };

/** The record's key, as the state machine makes it: the execution's name, or Express's own id. */
export const recordId = (executionArn: string): string => executionArn.split(":").at(-1) ?? executionArn;

/**
 * Writes the record of an execution that could not do so itself, unless there is one.
 * @returns whether one was missing.
 */
export async function recordEnded(execution: EndedExecution): Promise<boolean> {
  const { executionArn, status, error, cause, stopped = new Date() } = execution;
  const { approval_needed, key, bucket } = inputOf(execution);
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName: settings.archiveTable,
        ConditionExpression: "attribute_not_exists(Id)",
        Item: {
          Id: { S: recordId(executionArn) },
          Archive: { BOOL: false },
          Quality: { N: "0" },
          Action: { S: actions[status] ?? "Failed" },
          Timestamp: { S: stopped.toISOString() },
          Approval: { BOOL: approval_needed === true },
          Url: { S: typeof key === "string" ? `s3://${bucket ?? settings.dropBucket}/${key}` : "" },
          Execution: { S: executionArn },
          Reason: { S: cause || error || `The execution ended as ${status}` },
          ...(error && { Error: { S: error } }),
        },
      }),
    );
    return true;
  } catch (failure) {
    if (failure instanceof ConditionalCheckFailedException) return false;
    throw failure;
  }
}

function inputOf({ input }: EndedExecution): Record<string, unknown> {
  try {
    return Object(JSON.parse(input ?? "{}"));
  } catch {
    return {};
  }
}
