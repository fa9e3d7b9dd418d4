/**
 * Makes calls go wrong, by rules and a seed. It stands between IAM and the services: what a caller may not do is refused first,
 * and what a service never gets it never knows of. Without rules it costs a look at one field.
 */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { tell } from "../activity.ts";
import { globPieces, globTest } from "../glob.ts";
import type { AwsError, Call, FaultGate, Occasion } from "../service.ts";
import { draws, seedOf } from "./draws.ts";
import { failed, throttled } from "./errors.ts";
import type { FaultKind, FaultPlan, FaultRule } from "./plan.ts";

/** A fault that was brought about. */
export interface Fault {
  /** Milliseconds since 1970. */
  at: number;
  kind: FaultKind;
  /** Which rule, from 0, and which of the calls that matched it, from 1. */
  rule: number;
  call: number;
  region: string;
  service: string;
  operation: string;
  /** ARN of who called: of a role the role's. */
  principal?: string;
  /** Of a latency: how long; of a kill: how long after the beginning. */
  milliseconds?: number;
  /** Of an error: the one answered. */
  code?: string;
}

export interface FaultStatus {
  running: boolean;
  seed?: number;
  /** Milliseconds since 1970. */
  since?: number;
  /** With how many calls each has matched, and how many faults came of them. */
  rules: (FaultRule & { matched: number; faults: number })[];
  /** The last thousand, oldest first. */
  faults: Fault[];
}

interface Rule {
  rule: FaultRule;
  index: number;
  draw(): number;
  matches(occasion: Occasion): boolean;
  matched: number;
  faults: number;
  until: number;
}

/** Services that a rule means only by name: those that tell what happens, and who calls. */
const spared = new Set(["faults", "iam", "logs", "monitoring", "sts", "xray"]);
const remembered = 1_000;
/** Longest time that something runs before it is killed, in milliseconds. */
const killWithin = 100;

export class Faults implements FaultGate {
  #rules: Rule[] = [];
  #plan: { seed: number; since: number } | undefined;
  #log: Fault[] = [];
  /** Whether nothing is asked for. */
  #quiet = true;

  start({ seed, rules }: FaultPlan): void {
    const since = Date.now();
    this.#plan = { seed, since };
    this.#log = [];
    this.#rules = rules.map((rule, index) => ({
      ...{ rule, index, matched: 0, faults: 0 },
      draw: draws(seedOf(seed, index)),
      matches: matcher(rule),
      until: rule.seconds === undefined ? Number.POSITIVE_INFINITY : since + rule.seconds * 1_000,
    }));
    this.#quiet = false;
  }

  /** What has happened until now is still told. */
  stop(): void {
    this.#quiet = true;
  }

  status(): FaultStatus {
    return {
      running: !this.#quiet,
      ...this.#plan,
      rules: this.#rules.map(({ rule, matched, faults }) => ({ ...rule, matched, faults })),
      faults: [...this.#log],
    };
  }

  async around<T>(call: Call, run: () => T | Promise<T>): Promise<T> {
    if (this.#quiet || isOwn(call)) return run();
    let ending: AwsError | undefined;
    let lost = false;
    let wait = 0;
    // Each draws, whatever the others do: its sequence is its own.
    for (const { rule, happens } of this.#drawn(call, (kind) => kind !== "kill")) {
      if (happens === undefined) continue;
      if (rule.rule.kind === "latency") {
        const { from, to } = rule.rule;
        const milliseconds = Math.round(from + happens * (to - from));
        wait += milliseconds;
        this.#note(rule, call, { milliseconds });
      } else if (!ending) {
        const { kind } = rule.rule;
        ending = kind === "throttle" ? throttled(call.service, call.operation) : failed(call.service);
        lost = kind === "lost";
        this.#note(rule, call, { code: ending.code });
      }
    }
    if (wait > 0) await sleep(wait, undefined, { ref: false });
    if (!ending) return run();
    if (lost) discard(await run());
    throw ending;
  }

  kills(occasion: Occasion): number | undefined {
    if (this.#quiet) return undefined;
    let after: number | undefined;
    for (const { rule, happens } of this.#drawn(occasion, (kind) => kind === "kill")) {
      if (happens === undefined || after !== undefined) continue;
      after = Math.round(happens * killWithin);
      this.#note(rule, occasion, { milliseconds: after });
    }
    return after;
  }

  /** Two numbers for each rule that matches: whether it happens, and how much of it. */
  *#drawn(
    occasion: Occasion,
    concerns: (kind: FaultKind) => boolean,
  ): Generator<{ rule: Rule; happens: number | undefined }> {
    const now = Date.now();
    for (const rule of this.#rules) {
      if (!concerns(rule.rule.kind) || now > rule.until || !rule.matches(occasion)) continue;
      rule.matched++;
      const [chance, amount] = [rule.draw(), rule.draw()];
      yield { rule, happens: chance < rule.rule.probability ? amount : undefined };
    }
  }

  #note(
    rule: Rule,
    { region, service, operation, principal }: Occasion,
    more: Pick<Fault, "milliseconds" | "code">,
  ): void {
    rule.faults++;
    const arn = principal?.roleArn ?? (principal && "arn" in principal ? principal.arn : undefined);
    const fault: Fault = {
      ...{ at: Date.now(), kind: rule.rule.kind, rule: rule.index, call: rule.matched, region, service, operation },
      ...(arn !== undefined && { principal: arn }),
      ...more,
    };
    this.#log.push(fault);
    if (this.#log.length > remembered) this.#log.shift();
    const { kind, ...told } = fault;
    tell(() => ({ ...told, kind: "fault", fault: kind }));
  }
}

/** The local cloud's own calls, and those of the engine that makes resources: nobody's program asks for them. */
const isOwn = ({ principal, sourceIp }: Call): boolean => principal.kind === "root" && sourceIp === undefined;

function matcher({ service, operation, role }: FaultRule): (occasion: Occasion) => boolean {
  const test = (pattern: string | undefined) => (pattern === undefined ? () => true : globTest(globPieces(pattern)));
  const isService = service === undefined ? (name: string) => !spared.has(name) : test(service);
  const isOperation = test(operation);
  const isRole = test(role);
  return (occasion) => {
    if (!isService(occasion.service) || !isOperation(occasion.operation)) return false;
    if (role === undefined) return true;
    const arn = occasion.principal?.roleArn;
    return arn !== undefined && (isRole(arn) || isRole(arn.split("/").at(-1) as string));
  };
}

/** An answer that nobody gets keeps no file open. */
function discard(answer: unknown): void {
  if (typeof answer !== "object" || answer === null) return;
  for (const value of Object.values(answer)) if (value instanceof Readable) value.destroy();
}
