/** Places of a directed graph's nodes, groups and edges, by dagre. */
import { Graph as Layout, layout } from "@dagrejs/dagre";

/** A box by its middle, in pixels. */
export interface Placed {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Picture {
  width: number;
  height: number;
  /** Nodes and groups, by id. */
  at: Map<string, Placed>;
  /** Of each edge, as SVG has it. */
  paths: string[];
}

/**
 * @param direction `LR`: to the right; `TB`: downwards.
 * @param ranksep pixels between one rank and the next. Default 48 to the right, 26 downwards.
 */
export function place(
  nodes: { id: string; width: number; height: number; parent?: string }[],
  edges: { from: string; to: string; weight?: number }[],
  groups: { id: string; parent?: string }[],
  direction: "TB" | "LR",
  ranksep = direction === "LR" ? 48 : 26,
): Picture {
  const graph = new Layout({ compound: true, multigraph: true });
  graph.setGraph({
    rankdir: direction,
    nodesep: 10,
    edgesep: 6,
    ranksep,
    marginx: 12,
    marginy: 12,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of groups) graph.setNode(id, {});
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const { id, parent } of [...groups, ...nodes]) if (parent) graph.setParent(id, parent);
  for (const [index, { from, to, weight = 1 }] of edges.entries()) graph.setEdge(from, to, { weight }, String(index));
  layout(graph);
  const at = new Map<string, Placed>(graph.nodes().map((id: string) => [id, graph.node(id) as unknown as Placed]));
  const paths = edges.map(({ from, to }, index) => {
    const { points = [] } = (graph.edge({ v: from, w: to, name: String(index) }) ?? {}) as { points?: Placed[] };
    const [source, target] = [at.get(from), at.get(to)];
    if (direction === "TB" || !source || !target || source.x + source.width / 2 >= target.x - target.width / 2)
      return curve(points);
    // To the right: out of the middle of one side, into the middle of the other.
    const start = { x: source.x + source.width / 2, y: source.y };
    return curve([start, ...points.slice(1, -1), { x: target.x - target.width / 2, y: target.y }]);
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width: Math.ceil(width), height: Math.ceil(height), at, paths };
}

/** Straight lines with rounded corners. */
function curve(points: { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  const middles = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1]!;
    return `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  const last = rest.at(-1) ?? first;
  return `M${first.x} ${first.y} ${middles.join(" ")} L${last.x} ${last.y}`;
}
