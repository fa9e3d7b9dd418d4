/** The map system by system: what each consists of, and how it is named. */
import type { Kind, MapEdge, MapNode, StackMap } from "./index.ts";

export const kindNames: Record<Kind, string> = {
  api: "API",
  function: "Function",
  table: "Table",
  queue: "Queue",
  topic: "Topic",
  bucket: "Bucket",
  machine: "State machine",
  rule: "Rule",
  schedule: "Schedule",
  job: "Jobs",
};

/** Names of the systems; `` of what belongs to none. */
export const systemsOf = ({ nodes }: StackMap): string[] => [...new Set(nodes.map((node) => node.system))];

/** A system's own parts need not say whose they are. */
export const shortName = ({ name }: MapNode, system: string): string =>
  name.startsWith(`${system}-`) ? name.slice(system.length + 1) : name;

/**
 * A system's nodes, and those of others that it has to do with.
 * @param failures whether queues are among them that only take what others failed with.
 */
export function partOf(
  { nodes, edges }: StackMap,
  system: string,
  failures: boolean,
): { nodes: MapNode[]; edges: MapEdge[] } {
  const shown = new Map(nodes.filter((node) => failures || !node.failures).map((node) => [node.id, node]));
  const isOwn = (id: string) => shown.get(id)?.system === system;
  const ways = edges.filter(({ from, to }) => shown.has(from) && shown.has(to) && (isOwn(from) || isOwn(to)));
  const seen = new Set(ways.flatMap(({ from, to }) => [from, to]));
  return { nodes: [...shown.values()].filter(({ id }) => isOwn(id) || seen.has(id)), edges: ways };
}
