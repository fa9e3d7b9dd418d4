/** The graph of services: who called whom, how often, how long, with what outcome. */
import type { Edge, EdgeStatistics, HistogramEntry, Service } from "@aws-sdk/client-xray";
import { type Segment, withSubsegments } from "./segments.ts";

interface Node {
  name: string;
  type: string;
  root: boolean;
  calls: Segment[];
  edges: Map<Node, Segment[]>;
}

/** @param traces segments of each. */
export function graphOf(traces: Segment[][], AccountId: string): Service[] {
  const nodes = new Map<string, Node>();
  const node = (name: string, type: string): Node => {
    const key = `${name}\n${type}`;
    const found = nodes.get(key) ?? { name, type, root: false, calls: [], edges: new Map() };
    nodes.set(key, found);
    return found;
  };
  /** The service of each segment, and of what is in it. */
  const owners = new Map<string, Node>();
  for (const segments of traces) addTrace(segments, node, owners);
  for (const segment of traces.flat()) addLinks(segment, owners);
  const all = [...nodes.values()];
  return all.map((one, ReferenceId) => ({
    ReferenceId,
    Name: one.name,
    Names: [one.name],
    Root: one.root,
    ...(one.type === "client" ? {} : { AccountId }),
    ...(one.type !== "" && { Type: one.type }),
    State: "active",
    ...times(one.calls),
    Edges: [...one.edges].map(
      ([target, calls]): Edge => ({
        ReferenceId: all.indexOf(target),
        ...times(calls),
        SummaryStatistics: statistics(calls),
        ResponseTimeHistogram: histogram(calls),
        Aliases: [],
      }),
    ),
    ...(one.type !== "client" && {
      SummaryStatistics: statistics(one.calls),
      DurationHistogram: histogram(one.calls),
      ResponseTimeHistogram: histogram(one.calls),
    }),
  }));
}

function addTrace(segments: Segment[], node: (name: string, type: string) => Node, owners: Map<string, Node>): void {
  const typeOf = ({ origin, namespace }: Segment) => origin ?? namespace ?? "";
  for (const segment of segments) {
    const owner = node(segment.name, typeOf(segment));
    owner.calls.push(segment);
    for (const { id } of withSubsegments(segment)) owners.set(id, owner);
  }
  const called = new Set(segments.flatMap(({ parent_id: parent }) => parent ?? []));
  for (const segment of segments) {
    const owner = owners.get(segment.id)!;
    const caller = segment.parent_id === undefined ? undefined : owners.get(segment.parent_id);
    if (!caller && linksOf(segment).length > 0) continue;
    if (!caller) {
      owner.root = true;
      const client = node(segment.name, "client");
      client.root = true;
      client.calls.push(segment);
      connect(client, owner, segment);
    } else if (caller !== owner) connect(caller, owner, segment);
    // A call to what tells nothing of itself is known by its caller alone.
    for (const within of withSubsegments(segment).slice(1)) {
      if (within.namespace === undefined || called.has(within.id)) continue;
      const target = node(within.name, within.namespace === "aws" ? awsType(within) : within.namespace);
      target.calls.push(within);
      connect(owner, target, within);
    }
  }
}

const linksOf = ({ links }: Segment): { id?: string }[] =>
  Array.isArray(links) ? links.filter((link) => typeof link === "object" && link !== null) : [];

/** Services of other traces that brought a segment about, where it has no caller in its own. */
function addLinks(segment: Segment, owners: Map<string, Node>): void {
  if (segment.parent_id !== undefined && owners.has(segment.parent_id)) return;
  const owner = owners.get(segment.id) as Node;
  for (const { id = "" } of linksOf(segment)) {
    const other = owners.get(id);
    if (other && other !== owner) connect(other, owner, segment);
  }
}

const awsType = ({ name }: Segment): string => `AWS::${name}`;

function connect(from: Node, to: Node, call: Segment): void {
  from.edges.set(to, [...(from.edges.get(to) ?? []), call]);
}

const length = ({ start_time: start, end_time: stop = start }: Segment): number => stop - start;

const times = (calls: Segment[]) => ({
  StartTime: new Date(Math.min(...calls.map(({ start_time: start }) => start)) * 1000),
  EndTime: new Date(Math.max(...calls.map(({ start_time: start, end_time: stop = start }) => stop)) * 1000),
});

export function statistics(calls: Segment[]): EdgeStatistics {
  const count = (test: (call: Segment) => unknown) => calls.filter(test).length;
  const throttled = count(({ throttle }) => throttle);
  const errors = count(({ error }) => error);
  const faults = count(({ fault }) => fault);
  return {
    OkCount: count(({ error, fault, throttle }) => !error && !fault && !throttle),
    ErrorStatistics: { ThrottleCount: throttled, OtherCount: Math.max(errors - throttled, 0), TotalCount: errors },
    FaultStatistics: { OtherCount: faults, TotalCount: faults },
    TotalCount: calls.length,
    TotalResponseTime: calls.reduce((sum, call) => sum + length(call), 0),
  };
}

/** Counts by whole milliseconds. */
export function histogram(calls: Segment[]): HistogramEntry[] {
  const counted = Map.groupBy(calls, (call) => Math.round(length(call) * 1000) / 1000);
  return [...counted].toSorted(([a], [b]) => a - b).map(([Value, same]) => ({ Value, Count: same.length }));
}
