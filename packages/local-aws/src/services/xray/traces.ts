/** Traces as their summaries tell of them. */
import type { ServiceId, TraceSummary, ValueWithServiceIds } from "@aws-sdk/client-xray";
import { type Segment, withSubsegments } from "./segments.ts";

export interface Traced {
  id: string;
  segments: Segment[];
  summary: TraceSummary;
}

export const serviceId = ({ name, origin, namespace }: Segment, AccountId: string): ServiceId => ({
  ...{ Name: name, Names: [name], AccountId },
  ...(origin !== undefined ? { Type: origin } : namespace !== undefined && { Type: namespace }),
});

/** @param segments those of one trace. */
export function traced(id: string, segments: Segment[], accountId: string): Traced {
  const all = segments.flatMap(withSubsegments);
  const ids = new Set(all.map((segment) => segment.id));
  // Whose caller is not in the trace began it.
  const roots = segments.filter(({ parent_id: parent }) => parent === undefined || !ids.has(parent));
  const [entry = segments[0]!] = roots.toSorted((a, b) => a.start_time - b.start_time);
  const start = Math.min(...segments.map((segment) => segment.start_time));
  const stop = Math.max(...segments.map(({ start_time, end_time = start_time }) => end_time));
  const { http } = entry;
  const own = segments.map((segment) => serviceId(segment, accountId));
  return {
    id,
    segments,
    summary: {
      Id: id,
      StartTime: new Date(start * 1000),
      Duration: rounded(stop - start),
      ResponseTime: rounded((entry.end_time ?? entry.start_time) - entry.start_time),
      HasFault: all.some(({ fault }) => fault),
      HasError: all.some(({ error }) => error),
      HasThrottle: all.some(({ throttle }) => throttle),
      IsPartial: segments.some((segment) => segment.in_progress),
      Http: {
        HttpURL: http?.request?.url,
        HttpMethod: http?.request?.method,
        HttpStatus: http?.response?.status,
        UserAgent: http?.request?.user_agent,
        ClientIp: http?.request?.client_ip,
      },
      Annotations: annotations(all, accountId),
      Users: [...new Set(all.flatMap(({ user }) => (user === undefined ? [] : [user])))].map((UserName) => ({
        UserName,
      })),
      ServiceIds: [...new Map(own.map((one) => [`${one.Name} ${one.Type}`, one])).values()],
      ResourceARNs: [...new Set(all.flatMap(({ resource_arn: arn }) => arn ?? []))].map((ARN) => ({ ARN })),
      EntryPoint: serviceId(entry, accountId),
      Revision: segments.length,
    },
  };
}

function annotations(all: Segment[], accountId: string): Record<string, ValueWithServiceIds[]> {
  const found: Record<string, ValueWithServiceIds[]> = {};
  for (const segment of all) {
    for (const [key, value] of Object.entries(segment.annotations ?? {})) {
      const AnnotationValue =
        typeof value === "number"
          ? { NumberValue: value }
          : typeof value === "boolean"
            ? { BooleanValue: value }
            : { StringValue: String(value) };
      found[key] = [
        ...(Object.hasOwn(found, key) ? found[key]! : []),
        { AnnotationValue, ServiceIds: [serviceId(segment, accountId)] },
      ];
    }
  }
  return found;
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
