/** The architecture of a stack, of its real resources. */
import type { Stack } from "../stack.ts";
import { edgesOf, type MapEdge } from "./edges.ts";
import { type MapNode, nodesOf } from "./nodes.ts";

export type { MapEdge } from "./edges.ts";
export type { Kind, MapNode } from "./nodes.ts";

export interface StackMap {
  project: string;
  stack: string;
  nodes: MapNode[];
  edges: MapEdge[];
}

export function mapOf(stack: Stack): StackMap {
  const nodes = nodesOf(stack);
  const edges = edgesOf(stack, nodes);
  for (const node of nodes) {
    const into = edges.filter(({ to }) => to === node.id);
    const takesFailures = into.some(({ kind }) => kind === "fails") && into.every(({ kind }) => kind !== "calls");
    const givesNothing = edges.every(({ from }) => from !== node.id);
    if (node.kind === "queue" && takesFailures && givesNothing) node.failures = true;
  }
  return { project: stack.project, stack: stack.stack, nodes, edges };
}
