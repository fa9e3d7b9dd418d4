/** A directed graph, laid out by dagre: nodes are buttons, in the order of the flow; edges are drawn behind them. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Placed, place } from "../../src/layout.ts";

export interface GraphNode {
  id: string;
  /** Pixels. */
  width: number;
  height: number;
  /** Of the group that it is drawn in. */
  parent?: string;
  /** Class names. */
  tone?: string;
  /** Read to those who do not see its colour, after its content. Default: nothing. */
  spoken?: string;
  content: ComponentChildren;
  /** It is only a point where edges meet. Default: false. */
  point?: boolean;
}

export interface GraphEdge {
  from: string;
  to: string;
  tone?: string;
  /** How much it strives to be short and straight. Default 1. */
  weight?: number;
}

export interface GraphProps {
  /** Its heading. */
  label: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Frames around nodes, with a title. Default: none. */
  groups?: { id: string; parent?: string; label: string }[];
  /** `LR`: to the right. Default `TB`: downwards. */
  direction?: "TB" | "LR";
  /** How small it may become to fit its place. Default 0.75. */
  smallest?: number;
  chosen?: string;
  onChoose?(id: string): void;
}

export function Graph({
  label,
  nodes,
  edges,
  groups = [],
  direction = "TB",
  smallest = 0.75,
  chosen,
  onChoose,
}: GraphProps) {
  const shape = JSON.stringify([
    nodes.map(({ id, width, height, parent }) => [id, width, height, parent]),
    edges.map(({ from, to }) => [from, to]),
    groups,
    direction,
  ]);
  // Colours change, places do not.
  const picture = useMemo(() => place(nodes, edges, groups, direction), [shape]);
  const { width, height, at, paths } = picture;
  const frame = useRef<HTMLDivElement>(null);
  const [chosenZoom, setZoom] = useState<number>();
  const fit = useFit(frame, width, smallest);
  const zoom = chosenZoom ?? fit;
  const style = { width: `${width}px`, height: `${height}px`, transform: `scale(${zoom})`, transformOrigin: "0 0" };
  return (
    <div class="graph" ref={frame}>
      <header>
        <h2>{label}</h2>
        <button
          type="button"
          class="quiet"
          aria-label={`${label}: smaller`}
          onClick={() => setZoom(Math.max(0.3, zoom / 1.25))}
        >
          −
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={`${label}: larger`}
          onClick={() => setZoom(Math.min(2, zoom * 1.25))}
        >
          +
        </button>
      </header>
      <section class="canvas" aria-label={label}>
        <div style={{ width: `${width * zoom}px`, height: `${height * zoom}px` }}>
          <div class="layer" style={style}>
            {groups.map(({ id, label: title }) => {
              const box = at.get(id);
              return box ? (
                <div key={id} class="group" style={boxStyle(box)}>
                  <span>{title}</span>
                </div>
              ) : null;
            })}
            <svg width={width} height={height} aria-hidden="true">
              <defs>
                <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                  <path d="M0 0 L8 4 L0 8 z" />
                </marker>
              </defs>
              {edges.map(({ from, to, tone = "" }, index) => (
                <g key={`${from} ${to}`} class={`edge ${tone}`}>
                  <path d={paths[index]} marker-end="url(#arrow)" />
                </g>
              ))}
            </svg>
            {nodes.map(({ id, tone = "", content, spoken, point }) => {
              const box = at.get(id);
              if (!box) return null;
              return point ? (
                <span key={id} class={`point ${tone}`} style={boxStyle(box)} />
              ) : (
                <button
                  type="button"
                  key={id}
                  class={`node ${tone} ${id === chosen ? "chosen" : ""}`}
                  style={boxStyle(box)}
                  aria-pressed={onChoose ? id === chosen : undefined}
                  onClick={() => onChoose?.(id)}
                >
                  {content}
                  {spoken && <span class="unseen"> {spoken}</span>}
                </button>
              );
            })}
          </div>
        </div>
      </section>
    </div>
  );
}

/** Milliseconds after which a size that changes is looked at. */
const settled = 100;

/** As small as the place demands, as long as it can be read. */
function useFit(frame: { current: HTMLDivElement | null }, width: number, smallest: number): number {
  const [fit, setFit] = useState(1);
  useLayoutEffect(() => {
    const place = frame.current?.parentElement;
    if (!place) return;
    let timer: ReturnType<typeof setTimeout>;
    const look = () => setFit(Math.max(smallest, Math.min(1, (place.clientWidth - 16) / width)));
    look();
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(look, settled);
    });
    observer.observe(place);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [frame, width, smallest]);
  return fit;
}

const boxStyle = ({ x, y, width, height }: Placed) => ({
  left: `${x - width / 2}px`,
  top: `${y - height / 2}px`,
  width: `${width}px`,
  height: `${height}px`,
});
