import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import pc from "picocolors";
import { output, type Stack } from "./stack.ts";

/** One execution's record, as the archiver's table holds it. */
export interface ArchiveRecord {
  Id: string;
  Archive: boolean;
  Quality: number;
  Action: string;
  /** ISO 8601, UTC. */
  Timestamp: string;
  /** Whether a human was to be asked. */
  Approval: boolean;
  Approved?: boolean;
  Approver?: string;
  Reason?: string;
  Error?: string;
  Url?: string;
  Execution?: string;
}

/** SDK clients of the services that the archiver is made of. */
export function archiveClients({ client }: Stack) {
  return {
    // The local cloud has one address: no prefix before it.
    sfn: new SFNClient({ ...client, ...(client.endpoint && { disableHostPrefix: true }) }),
    dynamodb: new DynamoDBClient(client),
    sqs: new SQSClient(client),
  };
}

/** Every record, newest first. */
export async function readRecords(stack: Stack): Promise<ArchiveRecord[]> {
  const records: ArchiveRecord[] = [];
  const TableName = output(stack, "archiveTableName");
  const { dynamodb } = archiveClients(stack);
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName, ConsistentRead: true })) {
    records.push(...Items.map((item) => unmarshall(item) as ArchiveRecord));
  }
  return records.sort((a, b) => b.Timestamp.localeCompare(a.Timestamp));
}

const colours: Record<string, (text: string) => string> = { Archived: pc.green, Failed: pc.red, Rejected: pc.yellow };

/** A record as a row: `2021-04-22T16:29:18.327Z  archive  35  Quality_Fail  HUMAN  ID`, and of a failed one why. */
export const rowOf = ({
  Id,
  Timestamp,
  Archive,
  Quality,
  Action,
  Approval,
  Error: code,
  Reason,
}: ArchiveRecord): string[] => [
  Timestamp,
  Archive ? "archive" : "non_archive",
  String(Quality).padStart(3),
  (colours[Action] ?? String)(Action),
  Approval ? "HUMAN" : "inhuman",
  Id,
  Action === "Failed" ? reasonOf(code, Reason) : "",
];

/** Why an execution failed. A cause of Lambda's is JSON: its message says it. */
export function reasonOf(code = "", reason = ""): string {
  try {
    const { errorType = code, errorMessage } = Object(JSON.parse(reason)) as Record<string, string>;
    if (errorMessage !== undefined) return `${errorType}: ${errorMessage}`;
  } catch {
    // It is text.
  }
  return [code, reason].filter(Boolean).join(": ");
}
