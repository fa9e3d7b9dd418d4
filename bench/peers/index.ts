/** `npm run bench -- --peers`: the local cloud beside its peers, by AWS's SDK, in turns; writes docs/benchmarks.md. */
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import hello from "../benchmarks/hello.ts";
import {
  type Contender,
  peerVersions,
  startCloudProgram,
  startFloci,
  startMiniStack,
  startMoto,
} from "../lib/contenders.ts";
import { median } from "../lib/load.ts";
import { writeBetween } from "../lib/page.ts";
import { root } from "../lib/platform.ts";
import { Server } from "../lib/server.ts";
import { type Cell, compare, firstLine, flat, grows, milliseconds } from "./compare.ts";
import { scenarios } from "./scenarios.ts";

/** Turns that count, after one that does not. */
const rounds = 3;
const connections = 4;
const starters = {
  "the local cloud": startCloudProgram,
  MiniStack: () => startMiniStack(),
  Floci: startFloci,
  moto: startMoto,
};

function shown(cell: Cell): string {
  if ("failure" in cell) return `none: ${cell.failure.slice(0, 70)}`;
  const times = cell.map(({ cpu }) => milliseconds(cpu)).join(" to ");
  if (cell.length > 1) return `${times} ms: ${grows(cell).toFixed(2)} x`;
  return `${times} ms, ${Math.round(cell[0]!.rate).toLocaleString("en")}/s`;
}

/** How the first cell stands to the best of the others, by processor time, and by operations a second where those are fewer; of growth, whether it is flat. */
function verdict([own, ...others]: Cell[]): string {
  if ("failure" in own!) return "**behind**";
  if (own!.length > 1) return grows(own!) <= flat ? "flat" : "**grows**";
  const measured = others.flatMap((cell) => ("failure" in cell ? [] : [cell[0]!]));
  if (measured.length === 0) return "alone";
  const ratio = own![0]!.cpu / Math.min(...measured.map(({ cpu }) => cpu));
  const rate = own![0]!.rate / Math.max(...measured.map((one) => one.rate));
  const slower = rate < 1 ? `; operations a second **behind**: ${rate.toFixed(2)} x` : "";
  return `${ratio <= 1 ? "ahead" : "**behind**"}: ${ratio.toFixed(2)} x${slower}`;
}

/** First answer and memory of each, started in turns. */
async function starts(names: (keyof typeof starters)[]): Promise<string[][]> {
  const all = names.map(() => ({ seconds: [] as number[], megabytes: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, name] of names.entries()) {
      const contender = await starters[name]();
      await sleep(1_000);
      if (round > 0) {
        all[index]!.seconds.push(contender.startedIn! / 1_000);
        all[index]!.megabytes.push(contender.megabytes);
      }
      await contender.stop();
    }
  }
  const row = (what: string, figures: number[], digits: number, unit: string) => {
    const [own, ...others] = figures as [number, ...number[]];
    const ratio = others.length > 0 ? own / Math.min(...others) : undefined;
    const word = ratio === undefined ? "alone" : `${ratio <= 1 ? "ahead" : "**behind**"}: ${ratio.toFixed(2)} x`;
    return [what, ...figures.map((figure) => `${figure.toFixed(digits)} ${unit}`), word];
  };
  return [
    row(
      "start, to the first answer of its health",
      all.map(({ seconds }) => median(seconds)),
      2,
      "s",
    ),
    row(
      "memory (PSS) a second later",
      all.map(({ megabytes }) => median(megabytes)),
      1,
      "MB",
    ),
  ];
}

/** Measures all, and writes the page. */
export async function writePeers(): Promise<void> {
  const versions = peerVersions();
  const load = loadavg()[0]!;
  const contenders: Contender[] = [];
  const absent: string[] = [];
  for (const [name, start] of Object.entries(starters)) {
    try {
      contenders.push(await start());
    } catch (error) {
      if (name === "the local cloud") throw error;
      absent.push(`${name} could not be had: ${firstLine(error)}.`);
    }
  }
  const servers = contenders.map((contender) => new Server(contender, connections));
  const rows: string[][] = [];
  const say = (row: string[]) => {
    rows.push(row);
    console.log(`| ${row.join(" | ")} |`);
  };
  try {
    for (const scenario of scenarios) {
      const cells = await compare(scenario, servers, rounds);
      const sizes = scenario.sizes ? ` ${scenario.sizes.map((size) => size.toLocaleString("en")).join(" to ")}` : "";
      say([`${scenario.what}${sizes}`, ...cells.map(shown), verdict(cells)]);
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const names = contenders.map(({ name }) => name as keyof typeof starters);
  const started = await starts(names);
  for (const row of started) say(row);
  const version = (name: string) => versions[name.toLowerCase()] ?? "";
  const heads = ["what", ...names.map((name) => `${name} ${version(name)}`.trim()), ""];
  const rest = await hello.run().catch((error) => {
    absent.push(`serverless-offline could not be had: ${firstLine(error)}.`);
    return [];
  });
  const table = (all: string[][]) => all.map((row) => `| ${row.join(" | ")} |`).join("\n");
  const line = (columns: number) => `|${"---|".repeat(columns)}`;
  const memory = Math.round(totalmem() / 1024 ** 3);
  const text = `
${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${memory} GB; load average ${load.toFixed(1)} at the
beginning and ${loadavg()[0]!.toFixed(1)} at the end. Medians of ${rounds} turns: processor milliseconds of the server's whole process tree for one operation, then operations
a second, which the SDK's own work beside the server limits; processor time is counted in steps of 10 ms a turn; ${connections} operations at once, and one on moto, which is not safe for threads and got a sixth of them.

${table([heads])}
${line(heads.length)}
${table(rows)}
${rest.length > 0 ? `\n| beside serverless-offline | measured | goal | |\n${line(4)}\n${table(rest.map(({ what, figure, goal = "", met }) => [what, figure, goal, met === undefined ? "" : met ? "met" : "**missed**"]))}\n` : ""}
${absent.join("\n")}
`;
  writeBetween(join(root, "docs/benchmarks.md"), "peers", text);
  console.log("\nWritten into docs/benchmarks.md");
}
