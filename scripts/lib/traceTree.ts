/** A trace as a tree: what called what, when, for how long. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
import pc from "picocolors";

/** A segment, or a part of one. Times are in seconds since 1970. */
export interface Segment {
  id: string;
  name: string;
  origin?: string;
  parent_id?: string;
  start_time: number;
  end_time?: number;
  fault?: boolean;
  error?: boolean;
  throttle?: boolean;
  http?: { request?: { method?: string; url?: string }; response?: { status?: number } };
  aws?: { operation?: string };
  cause?: { exceptions?: { message?: string; type?: string }[] } | string;
  subsegments?: Segment[];
}

interface Node {
  segment: Segment;
  children: Node[];
}

/** Characters of the bar of the whole trace. */
const width = 30;

/** A line for each segment: when it began and how long it took, as a bar, below what called it. */
export function traceLines(segments: readonly Segment[]): string[] {
  const roots = treeOf(segments);
  const all = segments.flatMap((segment) => flat(segment));
  const from = Math.min(...all.map((one) => one.start_time));
  const until = Math.max(...all.map((one) => one.end_time ?? one.start_time));
  const rows = roots.flatMap((root) => rowsOf(root, 0));
  const longest = Math.max(...rows.map(({ title }) => title.length));
  return rows.map(({ title, segment }) => {
    const scale = width / Math.max(until - from, 0.001);
    const begin = Math.min(width - 1, Math.floor((segment.start_time - from) * scale));
    const length = Math.max(1, Math.round(((segment.end_time ?? until) - segment.start_time) * scale));
    const bar = " ".repeat(begin) + "▇".repeat(Math.min(length, width - begin));
    const paint = segment.fault ? pc.red : segment.error || segment.throttle ? pc.yellow : pc.green;
    const took =
      segment.end_time === undefined ? "…" : `${Math.round((segment.end_time - segment.start_time) * 1000)} ms`;
    return `${title.padEnd(longest)}  ${paint(bar.padEnd(width))}  ${took}${why(segment)}`.trimEnd();
  });
}

function rowsOf({ segment, children }: Node, depth: number): { title: string; segment: Segment }[] {
  return [
    { title: `${"  ".repeat(depth)}${titleOf(segment)}`, segment },
    ...children.flatMap((child) => rowsOf(child, depth + 1)),
  ];
}

/** `DynamoDB PutItem`, `GET iris/Prod /v0/iris`, `iris-ingest Lambda::Function` */
function titleOf({ name, origin, http, aws }: Segment): string {
  const kind = origin?.replace(/^AWS::/, "");
  const { method, url } = http?.request ?? {};
  const asked = method === undefined ? undefined : `${method} ${url === undefined ? "" : new URL(url).pathname}`.trim();
  return [name, asked ?? aws?.operation ?? kind].filter(Boolean).join(" ");
}

function why({ http, cause, throttle }: Segment): string {
  const status = http?.response?.status;
  const first = typeof cause === "object" ? cause.exceptions?.[0] : undefined;
  const parts = [
    status !== undefined && status >= 400 ? String(status) : undefined,
    throttle ? "throttled" : undefined,
    first && [first.type, first.message].filter(Boolean).join(": "),
  ].filter(Boolean);
  return parts.length > 0 ? `  ${parts.join(" ")}` : "";
}

function treeOf(segments: readonly Segment[]): Node[] {
  const nodes = new Map<string, Node>();
  const add = (segment: Segment): Node => {
    const node = { segment, children: (segment.subsegments ?? []).map(add) };
    nodes.set(segment.id, node);
    return node;
  };
  const tops = segments.map(add);
  // A part that a service of its own tells of, too, is shown once: as the service tells it.
  const roots = tops.filter((node) => {
    const parent = node.segment.parent_id === undefined ? undefined : nodes.get(node.segment.parent_id);
    if (!parent || parent === node) return true;
    parent.children.push(node);
    return false;
  });
  const byTime = (one: Node, other: Node) => one.segment.start_time - other.segment.start_time;
  for (const { children } of nodes.values()) children.sort(byTime);
  return roots.sort(byTime);
}

const flat = (segment: Segment): Segment[] => [segment, ...(segment.subsegments ?? []).flatMap(flat)];
