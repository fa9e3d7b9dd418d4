/** Requests with several entries, of which each succeeds or fails by itself. */
import type { BatchResultErrorEntry } from "@aws-sdk/client-sqs";
import { AwsError } from "../errors.ts";

const most = 10;
const bad = (code: string, message: string) => new AwsError(code, message, 400);

/**
 * @param kind how the shape of an entry is called.
 * @throws AwsError when the request as a whole is not taken.
 */
export function checkBatch(entries: readonly { Id: string | undefined }[], kind: string): void {
  if (entries.length === 0) throw bad("EmptyBatchRequest", `There should be at least one ${kind} in the request.`);
  if (entries.length > most) {
    throw bad(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${most}. You have sent ${entries.length}.`,
    );
  }
  const ids = new Set<string>();
  for (const { Id = "" } of entries) {
    if (!/^[\w-]{1,80}$/.test(Id)) {
      throw bad(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      );
    }
    if (ids.has(Id)) throw bad("BatchEntryIdsNotDistinct", `Id ${Id} repeated.`);
    ids.add(Id);
  }
}

/** What came of a batch; a list that would be empty is left out, whatever its shape demands. */
export interface BatchOutcome<Result> {
  Successful: Result[];
  Failed: BatchResultErrorEntry[];
}

/** Does one entry after the other. @param work throws AwsError before it has changed anything. */
export function eachEntry<Entry extends { Id: string | undefined }, Result extends object>(
  entries: readonly Entry[],
  work: (entry: Entry) => Result,
): BatchOutcome<Result & { Id: string }> {
  const Successful: (Result & { Id: string })[] = [];
  const Failed: BatchResultErrorEntry[] = [];
  for (const entry of entries) {
    const Id = entry.Id as string;
    try {
      Successful.push({ Id, ...work(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  const lists = { ...(Successful.length > 0 && { Successful }), ...(Failed.length > 0 && { Failed }) };
  return lists as BatchOutcome<Result & { Id: string }>;
}
