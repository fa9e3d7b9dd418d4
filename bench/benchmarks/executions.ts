/** Step Functions beside its peers, in turns; how it grows with what has run. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { type Client, growth, processorTimes, withContenders } from "../lib/beside.ts";
import { SignedRequests } from "../lib/signedRequests.ts";

const connections = 8;
/** Executions of a turn, and of the machine that has run ten times as many. */
const turn = 400;
const few = 2_000;
/** Items of the Map. */
const items = 1_000;

/** A Pass, a Choice and a Succeed. */
const short = {
  StartAt: "Prepare",
  States: {
    Prepare: { Type: "Pass", Result: { quality: 70 }, ResultPath: "$.measured", Next: "Decide" },
    Decide: {
      Type: "Choice",
      Choices: [{ Variable: "$.measured.quality", NumericGreaterThan: 50, Next: "Good" }],
      Default: "Bad",
    },
    Good: { Type: "Succeed" },
    Bad: { Type: "Fail", Error: "Bad" },
  },
};
const map = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemsPath: "$.items",
      ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: "One",
        States: { One: { Type: "Pass", End: true } },
      },
      End: true,
    },
  },
};

let made = 0;

class Machines {
  readonly client: Client;
  readonly #role: string;

  constructor(client: Client) {
    this.client = client;
    this.#role = "arn:aws:iam::000000000000:role/bench";
  }

  async make(definition: object): Promise<string> {
    const input = { name: `m${++made}`, roleArn: this.#role, definition: JSON.stringify(definition) };
    type Made = { stateMachineArn: string };
    return (await this.client.requests.call<Made>("CreateStateMachine", input)).stateMachineArn;
  }

  /** @returns processor milliseconds of one, from its start to its end. */
  async cost(stateMachineArn: string, count: number, input: object = {}): Promise<number> {
    const { requests, contender, connections } = this.client;
    const names = Array.from({ length: count }, () => `e${++made}`);
    const starts = await Promise.all(
      names.map((name) => requests.signCall("StartExecution", { stateMachineArn, name, input: JSON.stringify(input) })),
    );
    const before = contender.cpu;
    await requests.sendAll(starts, connections);
    // They begin in their order: when the last ones have ended, so have the others, or nearly.
    for (const name of names.slice(-2 * connections)) await this.#ended(stateMachineArn, name);
    return (contender.cpu - before) / count;
  }

  async #ended(machine: string, name: string): Promise<void> {
    const executionArn = `${machine.replace(":stateMachine:", ":execution:")}:${name}`;
    for (let looks = 0; looks < 300; looks++) {
      const { status } = await this.client.requests.call<{ status: string }>("DescribeExecution", { executionArn });
      if (status === "SUCCEEDED") return;
      if (status !== "RUNNING") throw new Error(`${this.client.contender.name}: ${executionArn} is ${status}`);
      await sleep(100);
    }
    throw new Error(`${this.client.contender.name}: ${executionArn} does not end`);
  }
}

/** The local cloud tries a machine's role, and a role is made by IAM: a form. */
async function makeRole({ contender }: Client): Promise<void> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "states.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
  const form = new URLSearchParams({
    Action: "CreateRole",
    Version: "2010-05-08",
    RoleName: "bench",
    AssumeRolePolicyDocument: JSON.stringify(trust),
  });
  const iam = new SignedRequests(contender.origin, 1, { name: "iam", target: "" });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  await iam.send(await iam.sign({ method: "POST", path: "/", headers, body: form.toString() }));
  iam.close();
}

async function measure(clients: Client[]): Promise<Row[]> {
  const all = new Map<Client, { machines: Machines; short: string; map: string }>();
  for (const client of clients) {
    if (client.isOwn) await makeRole(client);
    const machines = new Machines(client);
    all.set(client, { machines, short: await machines.make(short), map: await machines.make(map) });
  }
  const input = { items: Array.from({ length: items }, (_, n) => ({ n })) };
  const rows = await processorTimes(clients, [
    {
      what: "Step Functions, a Pass, a Choice and a Succeed",
      share: 0.5,
      cost(client) {
        const { machines, short } = all.get(client)!;
        return machines.cost(short, turn);
      },
    },
    {
      what: `Step Functions, a Map of ${items.toLocaleString("en")} items`,
      cost(client) {
        const { machines, map } = all.get(client)!;
        return machines.cost(map, 10, input);
      },
    },
    {
      what: "Step Functions, CreateStateMachine",
      most: 5,
      async cost(client) {
        const { machines } = all.get(client)!;
        const before = client.contender.cpu;
        for (let n = 0; n < 50; n++) await machines.make(short);
        return (client.contender.cpu - before) / 50;
      },
    },
  ]);
  const own = clients.find(({ isOwn }) => isOwn)!;
  const { machines } = all.get(own)!;
  const [new_, old] = [await machines.make(short), await machines.make(short)];
  await machines.cost(new_, few);
  await machines.cost(old, 10 * few);
  rows.push(
    await growth(
      `Step Functions, executions of a machine that has had ${few.toLocaleString("en")} and ${(10 * few).toLocaleString("en")}`,
      () => machines.cost(new_, turn),
      () => machines.cost(old, turn),
    ),
  );
  return rows;
}

const executions: Benchmark = {
  name: "executions",
  run: () =>
    withContenders({ name: "states", target: "AWSStepFunctions" }, connections, measure, {
      moto: "it runs no state",
    }),
};
export default executions;
