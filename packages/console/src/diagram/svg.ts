/** The architecture as SVG: each system a band, its data flowing to the right. */
import { place } from "../layout.ts";
import type { MapNode, StackMap } from "../map/index.ts";
import { kindNames, partOf, shortName, systemsOf } from "../map/systems.ts";

/** Pixels. What GitHub shows of a README is some 830 wide: a wider picture is shown smaller. */
const box = { width: 116, height: 34 };
const between = 26;
const title = 26;
const gap = 12;
/** Characters of a name that fit into a box. */
const fitting = 17;

/** Follows the reader's dark or light colours. */
const style = `
  text { font: 11px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 14px; font-weight: 600 }
  .kind { font-size: 9px; fill: #59636e }
  .band { fill: #f6f8fa; stroke: #d1d9e0 }
  .node { fill: #fff; stroke: #818b98 }
  .api { stroke: #8250df } .function { stroke: #bc4c00 } .machine { stroke: #bf3989 } .job { stroke: #bf3989 }
  .table, .bucket { stroke: #0969da } .queue, .topic, .rule, .schedule { stroke: #1a7f37 }
  .elsewhere { stroke-dasharray: 3 2 }
  .edge { fill: none; stroke: #59636e } .may { stroke-dasharray: 4 3; stroke: #818b98 } .fails { stroke: #cf222e }
  .arrow { fill: #59636e }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .kind { fill: #9198a1 } .band { fill: #151b23; stroke: #3d444d } .node { fill: #0d1117 }
    .edge, .may { stroke: #9198a1 } .fails { stroke: #f85149 } .arrow { fill: #9198a1 }
  }`;

/** @returns an SVG document. Queues that only take what others failed with are left out. */
export function svgOf(map: StackMap): string {
  const bands = systemsOf(map)
    .sort()
    .map((system) => bandOf(map, system));
  const { rows, width, height } = inRows(bands);
  const drawn = rows
    .flat()
    .map(
      ({ band, x, y, wide, high }) =>
        `<g transform="translate(${x} ${y})"><rect class="band" width="${wide}" height="${high}" rx="6"/>${band.content}</g>`,
    );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(`Architecture of ${map.project}`)}">`,
    `<style>${style}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="arrow" d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

interface Band {
  width: number;
  height: number;
  content: string;
}

interface PlacedBand {
  band: Band;
  x: number;
  y: number;
  wide: number;
  high: number;
}

/** Small systems beside one another, as far as the widest one reaches; those of a row are equally high, and fill it. */
function inRows(bands: Band[]): { rows: PlacedBand[][]; width: number; height: number } {
  const widest = Math.max(...bands.map((band) => band.width), 0);
  const rows: { row: Band[]; spare: number }[] = [];
  for (const band of bands.toSorted((a, b) => b.height - a.height)) {
    const fit = rows.find(({ spare }) => spare >= band.width + gap);
    if (fit) {
      fit.row.push(band);
      fit.spare -= band.width + gap;
    } else rows.push({ row: [band], spare: widest - band.width });
  }
  let y = gap;
  const placed = rows.map(({ row, spare }) => {
    const high = Math.max(...row.map((band) => band.height));
    let x = gap;
    const line = row.map((band, at) => {
      const wide = band.width + (at === row.length - 1 ? spare : 0);
      const here = { band, x, y, wide, high };
      x += wide + gap;
      return here;
    });
    y += high + gap;
    return line;
  });
  return { rows: placed, width: widest + 2 * gap, height: y };
}

function bandOf(map: StackMap, system: string): Band {
  const { nodes, edges } = partOf(map, system, false);
  const { at, paths, width, height } = place(
    nodes.map(({ id }) => ({ id, ...box })),
    edges,
    [],
    "LR",
    between,
  );
  const ways = edges.map(
    ({ kind }, index) => `<path class="edge ${kind}" d="${rounded(paths[index]!)}" marker-end="url(#arrow)"/>`,
  );
  const boxes = nodes.map((node) => {
    const { x, y } = at.get(node.id)!;
    return nodeOf(node, system, Math.round(x - box.width / 2), Math.round(y - box.height / 2));
  });
  const name = `<text class="title" x="12" y="20">${escaped(system || map.project)}</text>`;
  return {
    width: Math.ceil(width),
    height: Math.ceil(height) + title,
    content: `${name}<g transform="translate(0 ${title})">\n${[...ways, ...boxes].join("\n")}\n</g>`,
  };
}

function nodeOf(node: MapNode, system: string, x: number, y: number): string {
  const name = shortName(node, system);
  const shown = name.length > fitting ? `${name.slice(0, fitting - 1)}…` : name;
  const elsewhere = node.system === system ? "" : " elsewhere";
  return (
    `<g transform="translate(${x} ${y})"><title>${escaped(`${kindNames[node.kind]} ${node.name}`)}</title>` +
    `<rect class="node ${node.kind}${elsewhere}" width="${box.width}" height="${box.height}" rx="4"/>` +
    `<text class="kind" x="8" y="12">${kindNames[node.kind]}</text><text x="8" y="26">${escaped(shown)}</text></g>`
  );
}

/** Without fractions of pixels, in which machines differ. */
const rounded = (path: string): string => path.replace(/-?\d+\.\d+/g, (number) => String(Math.round(Number(number))));

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => entities[sign]!);
