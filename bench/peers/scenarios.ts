/** What is compared, as data: how it is prepared, and one operation, by AWS's SDK. An operation checks what it is answered. */
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { zip } from "local-aws/testing";
import type { Server } from "../lib/server.ts";
import { messages } from "./messages.ts";
import { fresh } from "./names.ts";
import type { Operation, Scenario } from "./scenario.ts";
import { stores } from "./stores.ts";

async function role(server: Server, service: string): Promise<string> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  };
  const input = { RoleName: fresh("role"), AssumeRolePolicyDocument: JSON.stringify(trust) };
  return (await server.client(IAMClient).send(new CreateRoleCommand(input))).Role!.Arn!;
}

/** Starts an execution and asks until it has ended, every so many milliseconds. */
async function executions(server: Server, definition: object, input: object, pause: number): Promise<Operation> {
  const sfn = server.client(SFNClient);
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({
      name: fresh("machine"),
      roleArn: await role(server, "states.amazonaws.com"),
      definition: JSON.stringify(definition),
    }),
  );
  const text = JSON.stringify(input);
  return async () => {
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: text }));
    for (const end = performance.now() + 10_000; performance.now() < end; ) {
      await sleep(pause);
      const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status === "SUCCEEDED") return;
      if (status !== "RUNNING") throw new Error(`an execution is ${status}`);
    }
    throw new Error("an execution does not end within 10 s");
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

const others: Scenario[] = [
  {
    what: "CloudWatch PutMetricData",
    count: 1_000,
    async prepare(server) {
      const cloudwatch = server.client(CloudWatchClient);
      const Dimensions = [{ Name: "Field", Value: "north" }];
      return async (n) => {
        const MetricData = [{ MetricName: "Measured", Dimensions, Value: n, Unit: "Count" as const }];
        await cloudwatch.send(new PutMetricDataCommand({ Namespace: "Bench", MetricData }));
      };
    },
  },
  {
    what: "Step Functions: Pass, Choice, Succeed, from its start to its end",
    count: 100,
    prepare: (server) => executions(server, short, {}, 20),
  },
  {
    what: "Step Functions: a Map of 1,000",
    count: 8,
    prepare: (server) => executions(server, map, { items: Array.from({ length: 1_000 }, (_, n) => ({ n })) }, 50),
  },
  {
    what: "Lambda on Node, warm",
    count: 100,
    async prepare(server) {
      const lambda = server.client(LambdaClient);
      const FunctionName = fresh("function");
      const code = "exports.handler = async ({ n }) => ({ next: n + 1 });";
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Role: await role(server, "lambda.amazonaws.com"),
          Code: { ZipFile: zip({ "index.js": code }) },
          Timeout: 10,
        }),
      );
      await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30 }, { FunctionName });
      return async (n) => {
        const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ n }) }));
        const text = answer.Payload?.transformToString() ?? "";
        if (answer.FunctionError || !text.includes(`${n + 1}`)) throw new Error(`Invoke answers ${text.slice(0, 80)}`);
      };
    },
  },
];

export const scenarios: Scenario[] = [...messages, ...stores, ...others];
