import { readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { presetNames, presets, readDuration, rulesOf } from "../lib/chaosRules.ts";
import { Failure } from "../lib/failure.ts";
import { type FaultStatus, faultsOf } from "../lib/localFaults.ts";
import { printJson, printTable } from "../lib/print.ts";
import { defaultStack } from "../lib/stack.ts";

interface Common {
  stack?: string;
  json?: boolean;
}

interface StartArgs extends Common {
  seed?: number;
  rules?: string;
  preset?: string;
  latency?: string;
  throttle?: string;
  error?: string;
  lost?: string;
  kill?: string;
  service?: string;
  operation?: string;
  role?: string;
  for?: string;
}

const start: CommandModule<object, StartArgs> = {
  command: "start",
  describe: "Let calls go wrong from now on, in place of what was asked for before",
  builder: (command) =>
    command
      .option("seed", {
        type: "number",
        describe: "Repeats the faults of a start with that seed [default: a random one]",
      })
      .option("preset", { choices: presetNames, describe: "Faults that are kept ready" })
      .option("rules", { type: "string", describe: "File of rules, JSON: { rules: [...] }" })
      .option("latency", { type: "string", describe: "Each call waits that long: 200ms, 1s, 50-400ms" })
      .option("throttle", { type: "string", describe: "Share of calls that are throttled: 5%" })
      .option("error", { type: "string", describe: "Share that a service fails, 5xx, without doing them: 1%" })
      .option("lost", { type: "string", describe: "Share that are done, and answered 5xx: 1%" })
      .option("kill", { type: "string", describe: "Share of invocations whose worker is killed: 1%" })
      .option("service", { type: "string", describe: "Only calls to that service: dynamodb" })
      .option("operation", { type: "string", describe: "Only that operation: PutItem, Get*" })
      .option("role", { type: "string", describe: "Only of that role, by name or ARN: iris-predict*" })
      .option("for", { type: "string", describe: "How long: 90s, 10m [default: until stop]" })
      .example("dsp chaos start --preset bad-day", "A little of everything")
      .example("dsp chaos start --service dynamodb --throttle 20% --for 60s", "A table under too much load"),
  async handler({ stack = defaultStack(), json, ...args }) {
    const faults = faultsOf(stack);
    const seed = args.seed ?? Math.floor(Math.random() * 2 ** 31);
    const status = await faults.start({ seed, rules: chosen(args) });
    if (json) return printJson(status);
    console.log(`Faults go on, seed ${seed}. End them: dsp chaos stop`);
    printRules(status);
  },
};

/** @throws {Failure} unless exactly one way of saying what goes wrong was used. */
function chosen({ preset, rules, for: long, ...args }: StartArgs): object[] {
  const seconds = long === undefined ? {} : { seconds: readDuration("for", long) / 1_000 };
  const { service, operation, role } = args;
  const scope = { ...(service && { service }), ...(operation && { operation }), ...(role && { role }) };
  const own = rulesOf(args);
  const ways = [preset, rules, own.length > 0 ? "options" : undefined].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new Failure(
      "Say what goes wrong in one way: --preset NAME, --rules FILE, or --latency, --throttle, --error, --lost, --kill",
    );
  }
  const given = preset !== undefined ? (presets[preset] ?? []) : rules !== undefined ? readRules(rules) : own;
  return given.map((rule) => ({ ...rule, ...scope, ...seconds }));
}

function readRules(file: string): object[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new Failure(`--rules is "${file}", which cannot be read`);
  }
  try {
    const { rules } = JSON.parse(text) as { rules?: unknown };
    if (Array.isArray(rules)) return rules as object[];
  } catch {
    // Said below.
  }
  throw new Failure(`--rules is "${file}", which is not JSON with a member rules, a list`);
}

const status: CommandModule<object, Common & { last: number }> = {
  command: "status",
  describe: "Show the rules, what came of them, and the last faults",
  builder: (command) => command.option("last", { type: "number", default: 20, describe: "How many faults to show" }),
  async handler({ stack = defaultStack(), json, last }) {
    const found = await faultsOf(stack).status();
    if (json) return printJson(found);
    const { running, seed, faults } = found;
    console.log(
      running ? `Faults go on, seed ${seed}.` : seed === undefined ? "None was asked for." : `Stopped, seed ${seed}.`,
    );
    if (found.rules.length > 0) printRules(found);
    if (faults.length > 0) console.log("");
    printTable(
      faults
        .slice(-last)
        .map(({ at, kind, service, operation, principal = "", code, milliseconds }) => [
          ...[new Date(at).toISOString(), kind, service, operation],
          ...[code ?? (milliseconds === undefined ? "" : `${milliseconds} ms`), principal.split("/").at(-1) ?? ""],
        ]),
    );
  },
};

const stop: CommandModule<object, Common> = {
  command: "stop",
  describe: "End the faults",
  async handler({ stack = defaultStack(), json }) {
    const found = await faultsOf(stack).stop();
    if (json) return printJson(found);
    const count = found.rules.reduce((sum, { faults }) => sum + faults, 0);
    console.log(`No more faults. There were ${count}${found.seed === undefined ? "" : `, seed ${found.seed}`}.`);
  },
};

function printRules({ rules }: FaultStatus): void {
  printTable(
    rules.map((rule) => [
      ...[`  ${rule.kind}`, `${Number((rule.probability * 100).toFixed(3))}%`],
      rule.kind === "latency" ? `${rule.from}-${rule.to} ms` : "",
      [rule.service ?? "*", rule.operation ?? "*", ...(rule.role ? [`by ${rule.role}`] : [])].join(" "),
      `${rule.faults} of ${rule.matched}`,
    ]),
  );
}

/** `dsp chaos`: what goes wrong on the local cloud, on demand. */
export const chaos: CommandModule = {
  command: "chaos",
  describe: "Let the local cloud's calls go wrong: late, throttled, failing, killed",
  builder: (command) =>
    command.command(start).command(status).command(stop).demandCommand(1, "Say which: start, status, stop."),
  handler() {},
};
