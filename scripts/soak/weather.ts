/** Faults at random: every few seconds others, and a lull between. */
import type { Chance } from "./random.ts";

type Rule = { kind: string; probability: number } & Record<string, unknown>;

export interface Spell {
  /** Seconds that it lasts. */
  seconds: number;
  /** Of the injector. */
  seed: number;
  rules: Rule[];
  /** Seconds after it that are calm. */
  lull: number;
}

/** An answer of theirs may be lost, too, and the work done all the same. */
const asked = ["dynamodb", "s3", "sqs", "states", "lambda", "sagemaker", "events", "scheduler", "emr-serverless"];

const kinds: ((chance: Chance) => Rule)[] = [
  (chance) => ({ kind: "latency", probability: 0.2, from: 10, to: chance.between(50, 400) }),
  (chance) => ({ kind: "latency", probability: 0.1, from: 100, to: 1_500, service: chance.one(asked) }),
  (chance) => ({ kind: "throttle", probability: 0.1 + chance.draw() / 3, service: chance.one(asked) }),
  (chance) => ({ kind: "error", probability: 0.05 + chance.draw() / 5, service: chance.one(asked) }),
  (chance) => ({ kind: "lost", probability: 0.05 + chance.draw() / 5, service: chance.one(asked) }),
  (chance) => ({ kind: "kill", probability: 0.05 + chance.draw() / 10, service: "lambda" }),
  () => ({ kind: "kill", probability: 0.2, service: "sagemaker" }),
  () => ({ kind: "kill", probability: 0.1, service: "ecs" }),
  () => ({ kind: "throttle", probability: 0.1, service: "execute-api" }),
  () => ({ kind: "error", probability: 0.05, service: "execute-api" }),
];

export function nextSpell(chance: Chance): Spell {
  const [seconds, lull, seed] = [chance.between(4, 10), chance.between(2, 5), chance.between(0, 2 ** 31)];
  const rules = Array.from({ length: chance.between(2, 5) }, () => chance.one(kinds)(chance));
  return { seconds, lull, seed, rules };
}
