import assert from "node:assert/strict";
import { ApiWithLambdas } from "../../components/apiWithLambdas.ts";
import { type Machine, retry, succeed, task } from "../../components/asl.ts";
import { createBucket } from "../../components/bucket.ts";
import { bucketBinding, functionBinding, tableBinding, topicBinding } from "../../components/function/bindings.ts";
import { NodeFunction } from "../../components/nodeFunction.ts";
import { createStateMachine } from "../../components/stateMachine.ts";
import { createTable } from "../../components/table.ts";
import { createTopic } from "../../components/topic.ts";
import { check } from "../../policy/check.ts";
import { record } from "../components/support/record.ts";
import { defaultTags, resourcesOf } from "./support/resources.ts";

const entry = "handlers/whodis/index.ts";

/** Every component, in the ways in which it is used: what it makes keeps every rule, in a stack whose data counts. */
const examples: Record<string, () => unknown> = {
  "a function": () => new NodeFunction("hello", { entry }),
  "an asynchronous function": () => new NodeFunction("job", { entry, asynchronous: {} }),
  "a scheduled function": () => new NodeFunction("tick", { entry, schedule: { expression: "rate(5 minutes)" } }),
  "a state machine": () => {
    const report = new NodeFunction("report", { entry });
    const definition = report.arn.apply((Resource): Machine => {
      const call = { Resource, Parameters: {}, ResultPath: null, TimeoutSeconds: 60 };
      return {
        StartAt: "Report",
        States: {
          Report: task({ ...call, Retry: [retry(["States.ALL"], 2, 4)], Catch: [], Next: "Done" }),
          Done: succeed(),
        },
      };
    });
    createStateMachine("nightly", { definition, statements: functionBinding(report).statements });
  },
  "an inline callback": () => new NodeFunction("inline", { callback: async () => 1 }),
  "a function with bindings": () => {
    const table = createTable("irises", { hashKey: "id", attributes: [{ name: "id", type: "S" }] });
    const models = createBucket("models");
    const alerts = createTopic("alerts", { publishers: ["cloudwatch.amazonaws.com"] });
    new NodeFunction("writer", {
      entry,
      bindings: {
        IRIS_TABLE: tableBinding(table, ["PutItem", "Query"]),
        MODELS: bucketBinding(models, ["GetObject"], "models/"),
        ALERTS: topicBinding(alerts),
      },
    });
  },
  "an implicit API": () => new ApiWithLambdas("hello", { routes: { "GET /whodis": { entry, auth: "none" } } }),
  "an API with everything": () => {
    const authorizer = new NodeFunction("guard", { entry });
    new ApiWithLambdas("all", {
      definition: { stageName: "dev", throttling: { rate: 1, burst: 2 }, logLevel: "INFO" },
      cors: { origin: "https://example.org" },
      policy: { Version: "2012-10-17", Statement: [] },
      domain: { name: "api.example.org", certificateArn: "arn:c", hostedZoneId: "Z1" },
      usagePlan: { quota: { limit: 5, period: "DAY" } },
      routes: {
        "POST /a": { entry, requestModel: { type: "object" }, validated: false },
        "POST /a/{id}/start": { entry, requestModel: "none" },
        "GET /b": { entry, auth: "apiKey" },
        "GET /c": { entry, auth: { lambda: { authorizer } } },
        "GET /d": { entry, auth: { cognito: { userPoolArns: ["arn:aws:cognito-idp:eu-west-1:1:userpool/p"] } } },
      },
    });
  },
};

describe("every component's example keeps every rule:", () => {
  for (const [what, build] of Object.entries(examples)) {
    it(what, async () => {
      const made = await record(build, { stack: "prod" });
      assert.deepEqual(
        check(resourcesOf(made), { stack: "prod", publicRoutes: ["hello GET /whodis"], defaultTags }),
        [],
      );
    });
  }
});
