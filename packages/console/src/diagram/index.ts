/** The architecture as a picture for documents, drawn as the console's map is. */
import type { StackMap } from "../map/index.ts";
import { mermaidOf } from "./mermaid.ts";
import { svgOf } from "./svg.ts";

export { mapOf, type StackMap } from "../map/index.ts";

/** The same map gives the same pictures, in whatever order its resources were made. */
export function drawn(map: StackMap): { svg: string; mermaid: string } {
  const names = new Map(map.nodes.map((node) => [node.id, `${node.system} ${node.name} ${node.kind}`]));
  const nameOf = (id: string): string => names.get(id) ?? id;
  const sorted = {
    ...map,
    nodes: map.nodes.toSorted((a, b) => order(nameOf(a.id), nameOf(b.id))),
    edges: map.edges.toSorted((a, b) => order(nameOf(a.from), nameOf(b.from)) || order(nameOf(a.to), nameOf(b.to))),
  };
  return { svg: svgOf(sorted), mermaid: mermaidOf(sorted) };
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
