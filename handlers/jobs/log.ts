import { FilterLogEventsCommand, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { logs } from "./clients.ts";
import { settings } from "./settings.ts";

export interface LogLine {
  /** ISO 8601, UTC. */
  time: string;
  /** `stdout` or `stderr`. */
  stream: string;
  message: string;
}

/** A place in a run's log: CloudWatch's own token, or the time of the last line and how many of that time there were. */
export interface LogPlace {
  nextToken?: string;
  from?: number;
  skip?: number;
}

/** Lines of one answer. */
const PAGE = 500;
/** Characters of the end of a log that an item keeps. */
const TAIL = 4_000;

const streamOf = (name = ""): string => (/stderr/i.test(name) ? "stderr" : "stdout");

/**
 * Lines of a run's driver from a place on, in the order of time.
 * @returns `next` is where to go on, whether or not there is more as yet; `isLast` says that there is not.
 */
export async function readLog(
  prefix: string,
  { nextToken, from = 0, skip = 0 }: LogPlace,
): Promise<{ lines: LogLine[]; next: LogPlace; isLast: boolean }> {
  const page = await logs
    .send(
      new FilterLogEventsCommand({
        logGroupName: settings.logGroup,
        logStreamNamePrefix: prefix,
        startTime: from,
        limit: PAGE + skip,
        ...(nextToken && { nextToken }),
      }),
    )
    .catch(whereNothingIs);
  const events = (page.events ?? []).slice(nextToken ? 0 : skip);
  const lines = events.map(({ timestamp, logStreamName, message }) => ({
    time: new Date(timestamp!).toISOString(),
    stream: streamOf(logStreamName),
    message: (message ?? "").trimEnd(),
  }));
  if (page.nextToken) return { lines, next: { nextToken: page.nextToken, from, skip }, isLast: false };
  const last = events.at(-1)?.timestamp ?? from;
  const seen = (page.events ?? []).filter(({ timestamp }) => timestamp === last).length;
  return { lines, next: { from: last, skip: events.length > 0 ? seen : skip }, isLast: true };
}

/** The end of a run's log, as text. */
export async function readTail(prefix: string): Promise<string> {
  let text = "";
  const query = { logGroupName: settings.logGroup, logStreamNamePrefix: prefix };
  try {
    for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, query)) {
      text = (text + events.map(({ message = "" }) => `${message.trimEnd()}\n`).join("")).slice(-TAIL);
    }
  } catch (error) {
    whereNothingIs(error as Error);
  }
  return text;
}

/** A run that has said nothing has no stream. */
function whereNothingIs(error: Error): { events?: []; nextToken?: string } {
  if (error.name === "ResourceNotFoundException") return { events: [] };
  throw error;
}
