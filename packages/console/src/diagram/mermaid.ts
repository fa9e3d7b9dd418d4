/** The architecture as a Mermaid flowchart: what Markdown shows where no picture can be. https://mermaid.js.org/syntax/flowchart.html */
import type { Kind, MapEdge, MapNode, StackMap } from "../map/index.ts";
import { shortName, systemsOf } from "../map/systems.ts";

/** Around a node's name, what its kind looks like. */
const shapes: Partial<Record<Kind, [string, string]>> = {
  api: ["[/", "/]"],
  table: ["[(", ")]"],
  bucket: ["[(", ")]"],
  queue: ["[[", "]]"],
  topic: ["[[", "]]"],
  machine: ["{{", "}}"],
  rule: ["(", ")"],
  schedule: ["(", ")"],
};

const arrows: Record<MapEdge["kind"], string> = { calls: "-->", may: "-.->", fails: "--x" };

/** Queues that only take what others failed with are left out. */
export function mermaidOf(map: StackMap): string {
  const nodes = map.nodes.filter((node) => !node.failures);
  const ids = new Map(nodes.map(({ id }, at) => [id, `n${at}`]));
  const ways = map.edges.flatMap(({ from, to, kind }) =>
    ids.has(from) && ids.has(to) ? [`  ${ids.get(from)} ${arrows[kind]} ${ids.get(to)}`] : [],
  );
  const groups = systemsOf({ ...map, nodes }).flatMap((system, at) => {
    const own = nodes.filter((node) => node.system === system);
    const lines = own.map((node) => `    ${ids.get(node.id)}${shapeOf(node, system)}`);
    return [`  subgraph s${at}["${quoted(system || map.project)}"]`, ...lines, "  end"];
  });
  return ["flowchart LR", ...groups, ...ways, ""].join("\n");
}

function shapeOf(node: MapNode, system: string): string {
  const [open, close] = shapes[node.kind] ?? ["[", "]"];
  return `${open}"${quoted(shortName(node, system))}"${close}`;
}

const quoted = (text: string): string => text.replaceAll('"', "#quot;");
