/** A trace's segments as rows of a waterfall. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */

export interface Segment {
  id: string;
  name: string;
  /** Seconds since 1970. */
  start_time: number;
  end_time?: number;
  parent_id?: string;
  origin?: string;
  namespace?: string;
  error?: boolean;
  fault?: boolean;
  throttle?: boolean;
  in_progress?: boolean;
  subsegments?: Segment[];
  [field: string]: unknown;
}

export interface Span {
  segment: Segment;
  /** How many are above it. */
  depth: number;
  /** Milliseconds since the trace began. */
  from: number;
  milliseconds: number;
}

/** Below whoever asked for it, in the order of time. */
export function spansOf(documents: string[]): Span[] {
  const all: { segment: Segment; parent: string | undefined }[] = [];
  const collect = (segment: Segment, parent: string | undefined): void => {
    all.push({ segment, parent });
    for (const one of segment.subsegments ?? []) collect(one, segment.id);
  };
  for (const document of documents) {
    const segment = JSON.parse(document) as Segment;
    collect(segment, segment.parent_id);
  }
  const ids = new Set(all.map(({ segment }) => segment.id));
  const begin = Math.min(...all.map(({ segment }) => segment.start_time));
  const last = Math.max(...all.map(({ segment }) => segment.end_time ?? segment.start_time));
  const spans: Span[] = [];
  const add = (parent: string | undefined, depth: number): void => {
    const children = all.filter(
      (one) => (one.parent !== undefined && ids.has(one.parent) ? one.parent : undefined) === parent,
    );
    for (const { segment } of children.sort((one, other) => one.segment.start_time - other.segment.start_time)) {
      const { start_time: start, end_time: end = last } = segment;
      spans.push({ segment, depth, from: (start - begin) * 1_000, milliseconds: (end - start) * 1_000 });
      add(segment.id, depth + 1);
    }
  };
  add(undefined, 0);
  return spans;
}

/** When a trace began, by its id: `1-5f84c7a5-…` has seconds in hexadecimal digits. */
export const timeOfTrace = (id: string): number => Number.parseInt(id.split("-")[1] ?? "", 16) * 1_000;
