/**
 * X-Ray: traces of requests on their way through services, summed up, filtered, and as a graph.
 * https://docs.aws.amazon.com/xray/latest/api/
 */
import { page } from "../../kit/page.ts";
import type { Operations } from "../../operations.ts";
import type { Cloud, Service } from "../../service.ts";
import { compileFilter } from "./filter.ts";
import { graphOf } from "./graph.ts";
import { invalid, settingOperations } from "./sampling.ts";
import { readSegment, Segments } from "./segments.ts";
import { timeSeries } from "./timeSeries.ts";
import { type Traced, traced } from "./traces.ts";

/** Longest time between start and end that is asked for, in seconds. */
const [longestSearch, longestGraph] = [24 * 3600, 6 * 3600];

export function createXray(cloud: Cloud): Service {
  const segments = new Segments(cloud);
  return {
    name: "xray",
    shapes: () => import("@aws-sdk/client-xray"),
    operations: { ...traceOperations(cloud, segments), ...settingOperations(cloud) },
    stop: async () => segments.flush(),
  };
}

function traceOperations(cloud: Cloud, segments: Segments): Operations<"xray"> {
  const { accountId } = cloud;
  const anything = (action: string) => () => [{ action: `xray:${action}`, resource: "*" }];
  const seconds = (time: Date) => time.getTime() / 1000;
  const badToken = () => invalid("Invalid NextToken");
  const filterOf = (GroupName: string | undefined, GroupARN: string | undefined): string | undefined =>
    cloud.store
      .collection<{ GroupName: string; GroupARN: string; FilterExpression?: string }>("xray.groups")
      .values()
      .find((group) => group.GroupName === GroupName || group.GroupARN === GroupARN)?.FilterExpression;
  /** @throws AwsError for times that X-Ray does not search. */
  const found = (from: Date, to: Date, longest: number, expression?: string): Traced[] => {
    if (to <= from) throw invalid("StartTime must be before EndTime");
    if (seconds(to) - seconds(from) > longest) {
      throw invalid(`The time between StartTime and EndTime must be at most ${longest / 3600} hours`);
    }
    const passes = expression ? compileFilter(expression) : () => true;
    return segments
      .between(seconds(from), seconds(to))
      .map((id) => traced(id, segments.trace(id), accountId))
      .filter(passes);
  };

  return {
    PutTraceSegments: {
      access: anything("PutTraceSegments"),
      run({ TraceSegmentDocuments }, { sourceIp }) {
        const UnprocessedTraceSegments = TraceSegmentDocuments.flatMap((document) => {
          const read = readSegment(document);
          if ("ErrorCode" in read) return [read];
          segments.put(read, document);
          return [];
        });
        // What a client is told to be kept is on disk; of what services tell in passing, nobody is told.
        if (sourceIp !== undefined) segments.flush();
        return { UnprocessedTraceSegments };
      },
    },
    PutTelemetryRecords: { access: anything("PutTelemetryRecords"), run: () => ({}) },
    BatchGetTraces: {
      access: anything("BatchGetTraces"),
      run({ TraceIds }) {
        const all = TraceIds.map((id) => ({ id, documents: segments.documents(id) }));
        return {
          Traces: all
            .filter(({ documents }) => documents.length > 0)
            .map(({ id, documents }) => ({
              Id: id,
              Duration: traced(id, segments.trace(id), accountId).summary.Duration,
              LimitExceeded: false,
              Segments: documents.map((one) => ({ Id: one.id, Document: one.document })),
            })),
          UnprocessedTraceIds: all.filter(({ documents }) => documents.length === 0).map(({ id }) => id),
        };
      },
    },
    GetTraceSummaries: {
      access: anything("GetTraceSummaries"),
      run({ StartTime, EndTime, FilterExpression, NextToken }) {
        const all = found(StartTime, EndTime, longestSearch, FilterExpression);
        const { items, next } = page(all, { NextToken }, ({ id }) => id, { invalid: badToken });
        return {
          TraceSummaries: items.map(({ summary }) => summary),
          TracesProcessedCount: all.length,
          ApproximateTime: StartTime,
          ...(next !== undefined && { NextToken: next }),
        };
      },
    },
    GetServiceGraph: {
      access: anything("GetServiceGraph"),
      run({ StartTime, EndTime, GroupName, GroupARN }) {
        const all = found(StartTime, EndTime, longestGraph, filterOf(GroupName, GroupARN));
        const Services = graphOf(
          all.map((trace) => trace.segments),
          accountId,
        );
        return { StartTime, EndTime, Services, ContainsOldGroupVersions: false };
      },
    },
    GetTimeSeriesServiceStatistics: {
      access: anything("GetTimeSeriesServiceStatistics"),
      run({ StartTime, EndTime, GroupName, GroupARN, EntitySelectorExpression, Period, NextToken }) {
        const all = found(StartTime, EndTime, longestGraph, filterOf(GroupName, GroupARN));
        const traces = all.map(({ segments: own }) => own);
        const series = timeSeries(traces, EntitySelectorExpression, Period);
        const { items, next } = page(series, { NextToken }, ({ Timestamp }) => Timestamp?.getTime() ?? 0, {
          invalid: badToken,
        });
        return {
          TimeSeriesServiceStatistics: items,
          ContainsOldGroupVersions: false,
          ...(next !== undefined && { NextToken: next }),
        };
      },
    },
    GetTraceGraph: {
      access: anything("GetTraceGraph"),
      run: ({ TraceIds }) => ({
        Services: graphOf(
          TraceIds.map((id) => segments.trace(id)),
          accountId,
        ),
      }),
    },
  };
}
