/** Events themselves: put, and tested against a pattern. */

import type { PutEventsRequest, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { BusEvent } from "../../../delivery/records.ts";
import { parseJson } from "../../../jsonText.ts";
import { traceBelow } from "../../../kit/trace.ts";
import type { Operations } from "../../../operations.ts";
import type { Access, Call, PolicyDocument } from "../../../service.ts";
import { busName, checkPattern, type EventsState, invalid } from "../state.ts";

const maxEntries = 10;
/** 1 MB in all. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const maxSize = 1024 * 1024;

export function eventOperations(events: EventsState): Operations<"events"> {
  return {
    PutEvents: {
      access: (input, call) => putAccess(events, input, call),
      run: (input, call) => putEvents(events, input, call),
    },
    TestEventPattern: {
      access: () => [{ action: "events:TestEventPattern", resource: "*" }],
      run({ EventPattern, Event }) {
        const matches = checkPattern(EventPattern as string);
        let event: unknown;
        try {
          event = parseJson(Event as string);
        } catch {
          throw invalid("Parameter Event is not valid. Reason: Event is not valid JSON.");
        }
        for (const field of ["id", "account", "source", "time", "region", "detail-type"]) {
          if ((event as Record<string, unknown> | null)?.[field] === undefined) {
            throw invalid(`Parameter Event is not valid. Reason: ${field} is missing.`);
          }
        }
        return { Result: matches(event) };
      },
    },
  };
}

/** AWS's own services put events of their own on the default bus. */
const isAws = ({ principal }: Call): boolean =>
  principal.kind === "service" && principal.arn !== "events.amazonaws.com";

function putAccess(events: EventsState, { Entries = [] }: PutEventsRequest, call: Call): Access[] {
  if (isAws(call)) return [];
  return Entries.map(({ EventBusName = "default", Source = "", DetailType = "" }) => {
    const name = busName(EventBusName);
    const bus = events.buses.get(name);
    const statements = bus?.statements ?? [];
    return {
      action: "events:PutEvents",
      resource: bus?.arn ?? events.arn(`event-bus/${name}`),
      context: { "events:source": Source, "events:detail-type": DetailType },
      ...(statements.length > 0 && {
        resourcePolicy: { Version: "2012-10-17", Statement: statements } as PolicyDocument,
      }),
    };
  });
}

async function putEvents(events: EventsState, { Entries: entries = [] }: PutEventsRequest, call: Call) {
  if (entries.length === 0 || entries.length > maxEntries) {
    throw invalid(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length less than or equal to ${maxEntries}${entries.length === 0 ? " and greater than or equal to 1" : ""}`,
    );
  }
  const size = entries.reduce((sum, entry) => sum + entrySize(entry), 0);
  if (size > maxSize) throw invalid("Total size of the entries in the request is over the limit.");
  const accepted = new Map<string, BusEvent[]>();
  const traces = new Map<BusEvent, string | undefined>();
  const Entries = entries.map((entry) => {
    const read = readEntry(events, entry, call);
    if ("ErrorCode" in read) return read;
    const bus = busName(entry.EventBusName ?? "default");
    accepted.set(bus, [...(accepted.get(bus) ?? []), read]);
    traces.set(read, entry.TraceHeader ?? traceBelow(call));
    return { EventId: read.id };
  });
  // An event for a missing bus is accepted and dropped silently.
  for (const [bus, batch] of accepted)
    if (events.buses.has(bus)) await events.publish(bus, batch, [], (event) => traces.get(event));
  return { FailedEntryCount: Entries.filter((entry) => "ErrorCode" in entry).length, Entries };
}

/** The size of an entry as counted, in bytes. */
const entrySize = ({
  Time,
  Source = "",
  DetailType = "",
  Detail = "",
  Resources = [],
}: PutEventsRequestEntry): number =>
  (Time ? 14 : 0) + [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + Buffer.byteLength(text), 0);

function readEntry(
  events: EventsState,
  entry: PutEventsRequestEntry,
  call: Call,
): BusEvent | { ErrorCode: string; ErrorMessage: string } {
  const refuse = (ErrorMessage: string, ErrorCode = "InvalidArgument") => ({ ErrorCode, ErrorMessage });
  for (const name of ["Source", "DetailType", "Detail"] as const) {
    if (!entry[name]) return refuse(`Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  }
  const { Source: source = "", DetailType = "", Detail = "", Resources = [], Time = new Date() } = entry;
  // A rule forwards an event to another bus unchanged, whatever its source.
  if (source.startsWith("aws.") && call.principal.kind !== "service" && !isForwarded(call)) {
    return refuse("Not authorized for the source.", "NotAuthorizedForSourceException");
  }
  let detail: unknown;
  try {
    detail = parseJson(Detail);
  } catch {
    return refuse("Detail is malformed.", "MalformedDetail");
  }
  if (typeof detail !== "object" || detail === null || Array.isArray(detail))
    return refuse("Detail is malformed.", "MalformedDetail");
  return events.newEvent({ "detail-type": DetailType, source, resources: Resources, detail, time: Time });
}

/** In process, in a session that EventBridge itself opened. */
const isForwarded = ({ sourceIp, principal }: Call): boolean => sourceIp === undefined && principal.kind === "role";
