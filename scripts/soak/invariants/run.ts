import { GetQueueAttributesCommand, paginateListQueues } from "@aws-sdk/client-sqs";
import { intruderName } from "../systems/intruder.ts";
import { type Invariant, Look } from "./invariant.ts";

/** Times the beginning that medians may be at the end; of latencies times what the machine itself takes longer for the same work. */
const growth = { "memory of the cloud": 1.5, "memory of all": 2, latency: 3 };

/** Latencies that a median is of: after a spell that kills, some are of functions that start anew. */
const fewest = 20;

/** What was answered, as it was answered. */
export const answersRight: Invariant = {
  name: "answers are right",
  final: true,
  check: async ({ ledger }) => ({
    checked: ledger.looked.get("answers are right") ?? 0,
    broken: ledger.wrong("answers are right"),
  }),
};

/** What could not be done in all its tries waits for an operator: nothing may. */
export const nothingParked: Invariant = {
  name: "nothing waits in a dead-letter queue",
  async check({ clients: { sqs } }) {
    const look = new Look();
    for await (const { QueueUrls = [] } of paginateListQueues({ client: sqs }, {})) {
      for (const QueueUrl of QueueUrls) {
        const { Attributes = {} } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
        );
        const waiting = Number(Attributes.ApproximateNumberOfMessages);
        look.expect(waiting === 0, `${waiting} wait in ${QueueUrl.split("/").at(-1)}`);
      }
    }
    return look;
  },
};

/** IAM has refused the intruder, and nobody else: a right that is missing shows under faults first. */
export const deniedExpected: Invariant = {
  name: "every denied call is expected",
  final: true,
  async check({ denied }) {
    const look = new Look();
    for (const { principal, action, resource } of denied) {
      look.expect(principal.endsWith(`role/${intruderName}`), `${principal} may not ${action} on ${resource}`);
    }
    if (denied.length === 0) look.broken.push("the intruder was not refused");
    return look;
  },
};

/** Neither a function nor the cloud has made a mistake of its own. */
export const noMistakes: Invariant = {
  name: "no program is at fault itself",
  final: true,
  check: async ({ mistakes }) => ({ checked: 1, broken: mistakes.slice(0, 20) }),
};

const flat = (name: string, prefixes: (keyof typeof growth)[], unit: string): Invariant => ({
  name,
  final: true,
  async check({ measures }) {
    const look = new Look();
    const slower = Math.max(1, measures.growth("machine")?.ratio ?? 1);
    const all = prefixes.flatMap((prefix) => measures.of(prefix).map((series) => ({ prefix, series })));
    for (const { prefix, series } of all) {
      const found = measures.growth(series, prefix === "latency" ? fewest : undefined);
      if (!found) continue;
      const { first, last, ratio } = found;
      const allowed = growth[prefix] * (prefix === "latency" ? slower : 1);
      const grew = `${series}: ${first.toFixed(0)} ${unit} at first, ${last.toFixed(0)} at last`;
      look.expect(ratio <= allowed, `${grew}; allowed is ${Number(allowed.toFixed(1))} times as much`);
    }
    return look;
  },
});

export const memoryFlat = flat("memory is flat", ["memory of the cloud", "memory of all"], "MB");
export const latencyFlat = flat("latency is flat", ["latency"], "ms");
