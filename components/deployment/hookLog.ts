import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "./connection.ts";

/** How many lines of a hook's log are shown: they say more than CodeDeploy's reason. */
const shownLines = 20;
/** A log arrives a little after its report: how often it is looked for, and milliseconds between two looks. */
const attempts = 6;
const pauseMs = 500;

/** The last line of an invocation: what the hook says of its failure stands before it. */
const report = /^REPORT |"platform\.report"/;

/**
 * What a hook has logged, for people.
 * @param since the beginning of the deployment.
 * @param young whether lines may be on their way still.
 */
export async function hookLog(
  { logs }: Pick<Connection, "logs">,
  logGroupName: string,
  since: Date | undefined,
  young: boolean,
): Promise<string[]> {
  try {
    for (let attempt = 1; ; attempt++) {
      const { events = [] } = await logs.filterLogEvents({ logGroupName, startTime: since?.getTime() });
      const lines = events.flatMap(({ message = "" }) => readable(message.trim()) ?? []);
      const ended = events.some(({ message = "" }) => report.test(message));
      if ((lines.length > 0 && ended) || !young || attempt === attempts) return lines.slice(-shownLines);
      await sleep(pauseMs);
    }
  } catch (error) {
    return [`the log ${logGroupName} could not be read: ${(error as Error).message}`];
  }
}

/**
 * A line without its context. Of Lambda's own lines only those count that tell of a failure.
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
function readable(line: string): string | undefined {
  const { type, record, level, message } = parse(line);
  if (typeof type === "string" && type.startsWith("platform.")) {
    const { status, errorType } = record ?? {};
    if (status === undefined || status === "success") return undefined;
    return `${type}: ${[status, errorType].filter(Boolean).join(", ")}`;
  }
  if (message === undefined) return line;
  const { errorType, errorMessage } = message;
  const text =
    typeof message === "string"
      ? message
      : errorMessage !== undefined
        ? `${errorType}: ${errorMessage}`
        : JSON.stringify(message);
  return level ? `${level} ${text}` : text;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever somebody has logged.
function parse(line: string): any {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}
