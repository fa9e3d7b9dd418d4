/** `npm run soak`: every system at once under load, with faults at random; then what is promised is held against what is there. */
import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import { explain } from "../lib/failure.ts";
import { printTable } from "../lib/print.ts";
import { invariants } from "./invariants/index.ts";
import type { Found, Invariant } from "./invariants/invariant.ts";
import { Ledger } from "./ledger.ts";
import { Measures } from "./measures.ts";
import { readOptions, type SoakOptions, usage } from "./options.ts";
import { SoakPlatform } from "./platform.ts";
import { chance } from "./random.ts";
import { type LoadResult, runLoad, settle } from "./run.ts";
import { approver, executions } from "./systems/approvals.ts";
import { drops } from "./systems/drops.ts";
import { greetings } from "./systems/greetings.ts";
import { intruder } from "./systems/intruder.ts";
import { irises } from "./systems/irises.ts";
import { jobs, notebooks } from "./systems/notebooks.ts";
import { models, ratings } from "./systems/ratings.ts";
import { clientsOf, type World } from "./world.ts";

const loads = [greetings, irises, drops, executions, approver, ratings, models, notebooks, jobs, intruder];
/** What Lambda tries again, it does after one minute, and after two more. */
const settleSeconds = 240;

/** @returns whether nothing is broken. */
async function soak(options: SoakOptions): Promise<boolean> {
  const { minutes, seed, calm } = options;
  console.log(`Seed ${seed}; ${minutes} minutes of load${calm ? ", without faults" : ""}`);
  const platform = await SoakPlatform.start(options.config);
  let holds = false;
  try {
    const { stack, denied, mistakes } = platform;
    const world: World = {
      stack,
      denied,
      mistakes,
      config: options.config,
      clients: clientsOf(stack),
      ledger: new Ledger(),
      measures: new Measures(),
    };
    for (const load of loads) await load.prepare?.(world);
    console.log("The platform is up, and a model deployed");
    world.measures = new Measures();
    const until = Date.now() + minutes * 60_000;
    const result = await runLoad(world, platform, { loads, until, seed, calm });
    printLoad(result);
    const own = chance(seed, "last questions");
    const found = await settle(world, invariants, settleSeconds, () => approver.step(world, own));
    printMeasures(world.measures);
    holds = printFound(found) && platform.runs;
    if (!platform.runs) console.log(pc.red("npm start has ended during the load"));
    if (!holds) console.log(`\nOnce more: ${commandOf(options)}`);
  } finally {
    const kept = await platform.stop(options.keep);
    if (kept) console.log(`The state is kept in ${kept}`);
  }
  return holds;
}

const commandOf = ({ minutes, seed, calm, config }: SoakOptions): string =>
  [
    `npm run soak -- --minutes ${minutes} --seed ${seed}`,
    ...(calm ? ["--calm"] : []),
    ...config.map((one) => `--config ${one}`),
  ].join(" ");

function printLoad({ steps, faults, kills }: LoadResult): void {
  console.log();
  printTable([
    ["load", "done", "refused"],
    ...[...steps].map(([name, { done, refused }]) => [name, String(done).padStart(5), String(refused)]),
  ]);
  console.log(`\n${faults} faults, ${kills} containers killed\n`);
}

/** Medians of the first and of the last third: what is flat, or is not. */
function printMeasures(measures: Measures): void {
  printTable([
    ["median", "at first", "at last"],
    ...measures.of("").map((series) => {
      const { first, last } = measures.growth(series) ?? {};
      return [series, shown(first), shown(last)];
    }),
  ]);
  console.log();
}

const shown = (value: number | undefined): string => (value === undefined ? "-" : value.toFixed(1)).padStart(8);

function printFound(found: Map<Invariant, Found>): boolean {
  printTable([
    ["invariant", "checked", "broken"],
    ...[...found].map(([{ name }, { checked, broken }]) => [
      name,
      String(checked).padStart(7),
      broken.length === 0 ? pc.green("-") : pc.red(String(broken.length)),
    ]),
  ]);
  for (const [{ name }, { broken }] of found) {
    if (broken.length > 0) console.log(`\n${pc.red(name)}`);
    for (const sentence of broken.slice(0, 10)) console.log(`  ${sentence}`);
    if (broken.length > 10) console.log(`  and ${broken.length - 10} more`);
  }
  return [...found.values()].every(({ broken }) => broken.length === 0);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (!options) console.log(usage);
  else process.exitCode = (await soak(options)) ? 0 : 1;
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
// Sockets of clients may still be open.
await sleep(0);
process.exit();
