/** What goes wrong, as it is asked for: read, checked, and said in one sentence when it is not right. */
import { z } from "zod";
import { globPieces, globTest } from "../glob.ts";

const glob = z.string().min(1).max(200);

const scope = {
  /** Name in a signature's scope: `dynamodb`, `s3`, `execute-api` for requests to routes. Default: all but those that tell what happens. */
  service: glob.optional(),
  /** AWS's name, maybe with `*`: `PutItem`, `Get*`. Default: each. */
  operation: glob.optional(),
  /** Name or ARN of the role that calls, or that a function or task runs as, maybe with `*`. Default: whoever calls. */
  role: glob.optional(),
  /** Of each call that matches, from 0 to 1. */
  probability: z.number().min(0).max(1),
  /** Seconds after the start at which the rule ends. Default: never. */
  seconds: z.number().positive().max(86_400).optional(),
};

const milliseconds = z.number().int().min(0).max(60_000);

const latency = z
  .strictObject({ ...scope, kind: z.literal("latency"), from: milliseconds.default(0), to: milliseconds })
  .refine(({ from, to }) => from <= to, { path: ["from"], message: "from is at most to" });

export const ruleSchema = z.discriminatedUnion("kind", [
  latency,
  z.strictObject({ ...scope, kind: z.enum(["throttle", "error", "lost", "kill"]) }),
]);

export const planSchema = z.strictObject({
  /** The same seed brings the same faults for the same calls. */
  seed: z.number().int().min(0).max(0xffff_ffff),
  rules: z.array(ruleSchema).min(1).max(50),
});

/**
 * - `latency`: the call waits, `from` to `to` milliseconds, before it is carried out.
 * - `throttle`: it is refused with the service's own error for too many requests.
 * - `error`: it is not carried out, and answered with the service's own error of its own fault, 5xx.
 * - `lost`: it is carried out, and answered with that error all the same.
 * - `kill`: what runs for it ends: a function's worker in the middle of an invocation, a task of ECS, an endpoint's container.
 */
export type FaultRule = z.output<typeof ruleSchema>;
export type FaultKind = FaultRule["kind"];
export type FaultPlan = z.output<typeof planSchema>;

/** @throws {TypeError} naming the member, its value and what is allowed. */
export function readPlan(given: unknown): FaultPlan {
  const { success, data, error } = planSchema.safeParse(given);
  if (success) return data;
  const issue = error.issues[0] as z.core.$ZodIssue;
  const path = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  const value = issue.path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
    given,
  );
  const shown = value === undefined ? "missing" : JSON.stringify(value).slice(0, 100);
  throw new TypeError(`${path.replace(/^\./, "") || "the plan"} is ${shown}: ${allowed(issue)}`);
}

/**
 * A rule of a service that there is not would strike nothing, and not say so.
 * @param services that there are. @throws {TypeError} likewise.
 */
export function checkServices(plan: FaultPlan, services: readonly string[]): FaultPlan {
  for (const [index, { service }] of plan.rules.entries()) {
    if (service === undefined || services.some(globTest(globPieces(service)))) continue;
    throw new TypeError(`rules[${index}].service is "${service}": allowed are, maybe with *, ${services.join(", ")}`);
  }
  return plan;
}

function allowed(issue: z.core.$ZodIssue): string {
  if (issue.path.at(-1) === "kind") return "allowed are latency, throttle, error, lost, kill";
  return issue.message;
}
