/** A trace: its waterfall, and what each part of it says. */
import { useState } from "preact/hooks";
import { call } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { hrefOf } from "../../lib/router.ts";
import { durationText } from "../../lib/text.ts";
import { Badge, Empty, Facts, Failure, Json, Section, Waiting } from "../../ui/parts.tsx";
import { type Segment, type Span, spansOf } from "./spans.ts";

export function TraceDetail({ id }: { id: string }) {
  const { value, error } = useData(
    async (signal) => {
      const { Traces = [] } = await call("xray", "BatchGetTraces", { TraceIds: [id] }, signal);
      return (Traces[0]?.Segments ?? []).map(({ Document = "" }) => Document);
    },
    [id],
    { every: 3_000 },
  );
  const [chosen, setChosen] = useState<string>();
  if (!value) return error ? <Failure error={error} /> : <Waiting />;
  if (value.length === 0) return <Empty>X-Ray has no such trace.</Empty>;
  const spans = spansOf(value);
  const total = Math.max(1, ...spans.map(({ from, milliseconds }) => from + milliseconds));
  const span = spans.find(({ segment }) => segment.id === chosen) ?? spans[0];
  return (
    <div class="beside">
      <Section title={`${spans.length} parts in ${durationText(total)}`}>
        <ol class="bars">
          {spans.map(({ segment, depth, from, milliseconds }) => (
            <li key={segment.id}>
              <button
                type="button"
                aria-pressed={segment.id === span?.segment.id}
                onClick={() => setChosen(segment.id)}
              >
                <span style={{ paddingLeft: `${Math.min(depth, 8) * 10}px` }}>{segment.name}</span>
                <span class="track" aria-hidden="true">
                  <span
                    class={`bar-of ${toneOf(segment)}`}
                    style={{
                      left: `${(from / total) * 100}%`,
                      width: `${Math.max(0.6, (milliseconds / total) * 100)}%`,
                    }}
                  />
                </span>
                <span class="number">{durationText(milliseconds)}</span>
              </button>
            </li>
          ))}
        </ol>
      </Section>
      {span && <SpanDetail span={span} />}
    </div>
  );
}

function SpanDetail({ span: { segment, from, milliseconds } }: { span: Span }) {
  const { subsegments: _, aws, ...shown } = segment;
  const { request_id: requestId } = (aws ?? {}) as { request_id?: string };
  return (
    <Section title={segment.name}>
      <Facts
        of={{
          Of: segment.origin ?? segment.namespace,
          Began: `after ${durationText(from) || "0 ms"}`,
          Took: durationText(milliseconds),
          Ended: <Badge tone={toneOf(segment)}>{words[toneOf(segment)]}</Badge>,
          Request: requestId && <a href={hrefOf(["logs"], { search: requestId })}>{requestId}</a>,
        }}
      />
      <Json label="What it says" of={{ ...shown, ...(aws !== undefined && { aws }) }} />
    </Section>
  );
}

const toneOf = ({ fault, error, throttle, in_progress: open }: Segment): "good" | "bad" | "warn" | "busy" =>
  fault ? "bad" : error || throttle ? "warn" : open ? "busy" : "good";
const words = { good: "well", bad: "failed", warn: "error", busy: "goes on" };
