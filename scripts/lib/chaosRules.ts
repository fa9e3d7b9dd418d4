/** What goes wrong, as the command line has it. */
import { Failure } from "./failure.ts";

type Rule = { kind: string; probability: number } & Record<string, unknown>;

/** Kept ready, by name; docs/chaos.md says what each is good for. */
export const presets: Record<string, Rule[]> = {
  "slow-day": [
    { kind: "latency", probability: 0.3, from: 50, to: 500 },
    { kind: "latency", probability: 0.02, from: 1_000, to: 3_000 },
  ],
  "busy-tables": [{ kind: "throttle", probability: 0.2, service: "dynamodb" }],
  "flaky-storage": [
    { kind: "error", probability: 0.05, service: "s3" },
    { kind: "throttle", probability: 0.05, service: "s3" },
    { kind: "latency", probability: 0.2, service: "s3", from: 20, to: 300 },
  ],
  "dying-workers": [{ kind: "kill", probability: 0.05 }],
  "lost-answers": [{ kind: "lost", probability: 0.03 }],
  "bad-day": [
    { kind: "latency", probability: 0.1, from: 20, to: 400 },
    { kind: "throttle", probability: 0.02 },
    { kind: "error", probability: 0.01 },
    { kind: "lost", probability: 0.005 },
    { kind: "kill", probability: 0.01 },
  ],
};

export const presetNames = Object.keys(presets);

/** Rules by options of their kind. @throws {Failure} naming the option, its value and what is allowed. */
export function rulesOf(args: { [kind: string]: unknown }): Rule[] {
  const shares = ["throttle", "error", "lost", "kill"].flatMap((kind): Rule[] =>
    args[kind] === undefined ? [] : [{ kind, probability: readShare(kind, String(args[kind])) }],
  );
  if (args.latency === undefined) return shares;
  return [{ kind: "latency", probability: 1, ...readRange("latency", String(args.latency)) }, ...shares];
}

/** `5%`, or `0.05`. */
export function readShare(option: string, given: string): number {
  const [, digits = "", percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(given) ?? [];
  const share = percent ? Number(digits) / 100 : Number(digits);
  if (digits === "" || share > 1) {
    throw new Failure(`--${option} is "${given}"; allowed is a share of calls: 5%, or 0.05`);
  }
  return share;
}

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000 };

/** @returns milliseconds of `200ms`, `1.5s` or `10m`. */
export function readDuration(option: string, given: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(given) ?? [];
  if (digits === "") throw new Failure(`--${option} is "${given}"; allowed is a time: 200ms, 1s, 10m`);
  return Number(digits) * (units[unit] as number);
}

/** `200ms`, or `50-400ms`. */
function readRange(option: string, given: string): { from: number; to: number } {
  const [, first, unit, last] = /^(\d+)(ms|s)?-(\d+(?:ms|s))$/.exec(given) ?? [];
  if (last === undefined) {
    const both = readDuration(option, given);
    return { from: both, to: both };
  }
  const to = readDuration(option, last);
  const from = readDuration(option, `${first}${unit ?? last.replace(/^\d+/, "")}`);
  if (from > to) throw new Failure(`--${option} is "${given}"; allowed is a range whose first time is the shorter one`);
  return { from, to };
}
