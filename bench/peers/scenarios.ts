/** What is compared, as data: how it is prepared, and one operation, by AWS's SDK. An operation checks what it is answered. */
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateFunctionCommand, InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { zip } from "local-aws/testing";
import { buckets } from "./buckets.ts";
import { messages } from "./messages.ts";
import { fresh } from "./names.ts";
import { role } from "./role.ts";
import type { Scenario } from "./scenario.ts";
import { tables } from "./tables.ts";
import { workflows } from "./workflows.ts";

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

export const scenarios: Scenario[] = [...messages, ...buckets, ...tables, ...workflows, ...others];
