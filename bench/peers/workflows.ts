/** State machines. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { inParallel } from "../lib/load.ts";
import type { Server } from "../lib/server.ts";
import { fresh } from "./names.ts";
import { role } from "./role.ts";
import type { Operation, Scenario } from "./scenario.ts";

/** @returns its ARN. */
async function machine(server: Server, roleArn: string, definition: object): Promise<string> {
  const input = { name: fresh("machine"), roleArn, definition: JSON.stringify(definition) };
  return (await server.client(SFNClient).send(new CreateStateMachineCommand(input))).stateMachineArn!;
}

/** Starts an execution and asks until it has ended, every so many milliseconds. */
async function executions(server: Server, definition: object, input: object, pause: number): Promise<Operation> {
  const sfn = server.client(SFNClient);
  const stateMachineArn = await machine(server, await role(server, "states.amazonaws.com"), definition);
  const text = JSON.stringify(input);
  return async () => {
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: text }));
    for (const end = performance.now() + 20_000; performance.now() < end; ) {
      await sleep(pause);
      const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status === "SUCCEEDED") return;
      if (status !== "RUNNING") throw new Error(`an execution is ${status}`);
    }
    throw new Error("an execution does not end within 20 s");
  };
}

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

export const workflows: Scenario[] = [
  {
    what: "Step Functions: Pass, Choice, Succeed, from its start to its end",
    count: 100,
    share: 0.5,
    prepare: (server) => executions(server, short, {}, 20),
  },
  {
    what: "Step Functions: a Map of 1,000",
    count: 8,
    prepare: (server) => executions(server, map, { items: Array.from({ length: 1_000 }, (_, n) => ({ n })) }, 50),
  },
  {
    what: "Step Functions: CreateStateMachine",
    count: 50,
    most: 5,
    async prepare(server) {
      const roleArn = await role(server, "states.amazonaws.com");
      return async () => void (await machine(server, roleArn, short));
    },
  },
];

/** Of a machine that has run as often before. */
export const executionsOfOld: Scenario = {
  what: "Step Functions: executions of a machine that has had",
  count: 400,
  sizes: [2_000, 20_000],
  async prepare(server, size) {
    const one = await executions(server, short, {}, 20);
    await inParallel(size, server.connections, one);
    return one;
  },
};
