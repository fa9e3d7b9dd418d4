import type { OperationOf, Operations } from "../../operations.ts";
import { protector } from "./dataProtection.ts";
import { invalid } from "./errors.ts";
import type { LogEvent, StoredEvent, TimeRange } from "./events.ts";
import { filterPattern } from "./filterPattern.ts";
import type { LogGroups } from "./groups.ts";
import type { MetricFilters } from "./metricFilters.ts";
import { forward } from "./subscriptionFilters.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const maxEvents = 10_000;
const maxBatchBytes = 1_048_576;
const overhead = 26;
const day = 86_400_000;
const future = 2 * 3_600_000;

export function eventOperations(logs: LogGroups, metricFilters: MetricFilters): Operations<"logs"> {
  const { streams, events, cloud } = logs;

  const PutLogEvents: OperationOf<"logs", "PutLogEvents"> = {
    access: ({ logGroupName = "", logStreamName }) => logs.access("PutLogEvents", logGroupName, logStreamName),
    run({ logGroupName = "", logStreamName = "", logEvents = [] }) {
      const stream = logs.stream(logGroupName, logStreamName);
      const { retentionInDays } = logs.group(logGroupName);
      const given = checkedBatch(logEvents as LogEvent[]);
      const now = Date.now();
      const oldest = now - 14 * day;
      const kept = retentionInDays === undefined ? oldest : now - retentionInDays * day;
      const tooNew = given.findIndex(({ timestamp }) => timestamp > now + future);
      const accepted = given.filter(
        ({ timestamp }) => timestamp >= Math.max(oldest, kept) && timestamp <= now + future,
      );
      if (accepted.length > 0) {
        const first = (accepted[0] as LogEvent).timestamp;
        const last = (accepted.at(-1) as LogEvent).timestamp;
        cloud.store.transaction(() => {
          const bytes = events.append(logGroupName, logStreamName, accepted, now);
          streams.put(logs.streamKey(logGroupName, logStreamName), {
            ...stream,
            firstEvent: Math.min(stream.firstEvent ?? first, first),
            lastEvent: Math.max(stream.lastEvent ?? last, last),
            lastIngestion: now,
            bytes: stream.bytes + bytes,
          });
        });
        const shown = accepted.map(protector(logs.group(logGroupName)));
        metricFilters.see(logGroupName, shown);
        forward(logs, logGroupName, logStreamName, shown);
      }
      const tooOld = given.filter(({ timestamp }) => timestamp < oldest).length;
      const expired = given.filter(({ timestamp }) => timestamp < kept).length;
      const rejected = {
        ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
        ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
        ...(expired > tooOld && { expiredLogEventEndIndex: expired }),
      };
      return {
        nextSequenceToken: String(now),
        ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
      };
    },
  };

  const GetLogEvents: OperationOf<"logs", "GetLogEvents"> = {
    access: (input) => [
      ...logs.access("GetLogEvents", logs.nameOf(input), input.logStreamName),
      ...(input.unmask ? logs.access("Unmask", logs.nameOf(input)) : []),
    ],
    run(input) {
      const group = logs.nameOf(input);
      const stream = input.logStreamName ?? "";
      logs.stream(group, stream);
      const limit = checkedLimit(input.limit);
      const range = rangeOf(input);
      const token = input.nextToken === undefined ? undefined : placeOf(input.nextToken);
      const ahead = token ? token.direction === "f" : (input.startFromHead ?? false);
      const found = ahead
        ? take(events.forward(group, stream, token?.batch ?? 0, token?.index ?? -1, range), limit)
        : take(
            events.backward(group, stream, token?.batch ?? Number.MAX_SAFE_INTEGER, token?.index ?? 0, range),
            limit,
          ).reverse();
      // At the end of a stream the token stays the same: callers stop there, or ask again for later events.
      const here = token ?? (ahead ? { batch: 0, index: -1 } : lastPlace(group, stream));
      return {
        events: found
          .map(protector(logs.group(group), input.unmask))
          .map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
        nextForwardToken: tokenOf("f", found.at(-1) ?? here),
        nextBackwardToken: tokenOf("b", found[0] ?? here),
      };
    },
  };

  /** Where a stream ends now. */
  function lastPlace(group: string, stream: string): Pick<StoredEvent, "batch" | "index"> {
    const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };
    return (
      take(events.backward(group, stream, Number.MAX_SAFE_INTEGER, 0, everything), 1)[0] ?? { batch: 0, index: -1 }
    );
  }

  const FilterLogEvents: OperationOf<"logs", "FilterLogEvents"> = {
    access: (input) => [
      ...logs.access("FilterLogEvents", logs.nameOf(input)),
      ...(input.unmask ? logs.access("Unmask", logs.nameOf(input)) : []),
    ],
    run(input) {
      const group = logs.nameOf(input);
      logs.group(group);
      const { logStreamNames, logStreamNamePrefix } = input;
      if (logStreamNames && logStreamNamePrefix) {
        throw invalid("logStreamNames and logStreamNamePrefix cannot both be given.");
      }
      for (const name of logStreamNames ?? []) logs.stream(group, name);
      const matches = filterPattern(input.filterPattern);
      const shown = protector(logs.group(group), input.unmask);
      const limit = checkedLimit(input.limit);
      const after = input.nextToken === undefined ? undefined : searchPlaceOf(input.nextToken);
      const found = events.search(
        group,
        rangeOf(input),
        limit,
        (event) => matches(shown(event).message),
        (name) => (logStreamNames?.includes(name) ?? true) && name.startsWith(logStreamNamePrefix ?? ""),
        after,
      );
      const last = found.at(-1);
      return {
        events: found.map(shown).map((event) => ({
          logStreamName: event.stream,
          timestamp: event.timestamp,
          message: event.message,
          ingestionTime: event.ingestionTime,
          eventId: eventId(event),
        })),
        searchedLogStreams: [],
        ...(found.length === limit && last && { nextToken: searchTokenOf(last) }),
      };
    },
  };

  return { PutLogEvents, GetLogEvents, FilterLogEvents };
}

function checkedBatch(events: LogEvent[]): LogEvent[] {
  if (events.length === 0 || events.length > maxEvents) {
    throw invalid(`1 validation error detected: logEvents has ${events.length} items; it must have 1 to ${maxEvents}.`);
  }
  let bytes = 0;
  let before = 0;
  for (const { timestamp, message } of events) {
    if (timestamp < before)
      throw invalid("Log events in a single PutLogEvents request must be in chronological order.");
    if (message.length === 0) throw invalid("Log event message must have at least one character.");
    before = timestamp;
    bytes += message.length + overhead;
  }
  // Counted exactly only when it could be too much.
  if (bytes * 3 > maxBatchBytes) {
    bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + overhead, 0);
  }
  if (bytes > maxBatchBytes) {
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${maxBatchBytes}`);
  }
  return events;
}

function checkedLimit(limit = maxEvents): number {
  if (limit >= 1 && limit <= maxEvents) return limit;
  throw invalid(`limit is ${limit}; it must be between 1 and ${maxEvents}.`);
}

function rangeOf({ startTime = 0, endTime }: { startTime?: number; endTime?: number }): TimeRange {
  // Until the end time itself, as FilterLogEvents documents it.
  return { from: startTime, to: endTime === undefined ? Number.MAX_SAFE_INTEGER : endTime + 1 };
}

function take<T>(source: Generator<T>, limit: number): T[] {
  const taken: T[] = [];
  for (const one of source) {
    taken.push(one);
    if (taken.length >= limit) break;
  }
  return taken;
}

type Place = Pick<StoredEvent, "batch" | "index">;
const digits = (value: number, length: number) => String(value).padStart(length, "0");

/** 56 digits, as AWS's are; unique, and in the order of arrival. */
const eventId = ({ timestamp, batch, index }: StoredEvent) =>
  digits(timestamp, 20) + digits(batch, 24) + digits(index, 12);

const tokenOf = (direction: "f" | "b", { batch, index }: Place) =>
  `${direction}/${digits(batch, 44)}${digits(index + 1, 12)}/s`;

function placeOf(token: string): Place & { direction: string } {
  const match = /^([fb])\/(\d{44})(\d{12})\/s$/.exec(token);
  if (!match) throw invalid("The specified nextToken is invalid.");
  return { direction: match[1] as string, batch: Number(match[2]), index: Number(match[3]) - 1 };
}

const searchTokenOf = ({ timestamp, batch, index }: StoredEvent) =>
  Buffer.from(`${timestamp}/${batch}/${index}`).toString("base64url");

function searchPlaceOf(token: string): Pick<StoredEvent, "timestamp" | "batch" | "index"> {
  const [timestamp, batch, index] = Buffer.from(token, "base64url").toString().split("/").map(Number);
  if (
    timestamp === undefined ||
    batch === undefined ||
    index === undefined ||
    Number.isNaN(timestamp + batch + index)
  ) {
    throw invalid("The specified nextToken is invalid.");
  }
  return { timestamp, batch, index };
}
