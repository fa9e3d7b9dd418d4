import assert from "node:assert/strict";
import { Table } from "@pulumi/aws/dynamodb";
import { RunError } from "@pulumi/pulumi";
import { tableBinding } from "../../components/function/bindings.ts";
import { longestFunctionName } from "../../components/naming.ts";
import { type FunctionSettings, NodeFunction } from "../../components/nodeFunction.ts";
import { type Recording, record } from "./support/record.ts";

const entry = "handlers/whodis/index.ts";
const self = "dsp:index:NodeFunction hello";

describe("NodeFunction", () => {
  describe("with an entry alone", () => {
    let made: Recording;
    before(async () => {
      made = await record(() => new NodeFunction("hello", { entry }));
    });

    it("makes a function, its role and policy, its log group and its alias, and nothing else", () => {
      assert.deepEqual(made.names(), [
        "aws:cloudwatch/logGroup:LogGroup hello-logs",
        "aws:iam/role:Role hello-role",
        "aws:iam/rolePolicy:RolePolicy hello-policy",
        "aws:lambda/alias:Alias hello-live",
        "aws:lambda/function:Function hello",
        "dsp:index:NodeFunction hello",
      ]);
    });

    it("is the parent of all of them", () => {
      const children = made.all.filter(({ type }) => type.startsWith("aws:"));
      assert.deepEqual([...new Set(children.map(({ parent }) => parent))], [self]);
    });

    it("says every setting of the function", () => {
      assert.deepEqual(made.get("aws:lambda/function:Function", "hello").inputs, {
        architectures: ["arm64"],
        code: { archive: ["index.mjs", "index.mjs.map"] },
        environment: {
          variables: {
            NODE_OPTIONS: "--enable-source-maps",
            POWERTOOLS_METRICS_NAMESPACE: "platform/test",
            POWERTOOLS_SERVICE_NAME: "hello",
          },
        },
        handler: "index.handler",
        loggingConfig: {
          logFormat: "JSON",
          logGroup: "/aws/lambda/platform-test-hello",
          applicationLogLevel: "INFO",
          systemLogLevel: "INFO",
        },
        memorySize: 256,
        publish: true,
        reservedConcurrentExecutions: -1,
        role: "arn:aws:iam::123456789012:role/hello-role",
        runtime: "nodejs24.x",
        timeout: 10,
        tracingConfig: { mode: "Active" },
      });
    });

    it("has the role's policy and the log group before the function", () => {
      const { dependencies } = made.get("aws:lambda/function:Function", "hello");
      assert.ok(dependencies.includes("aws:iam/rolePolicy:RolePolicy hello-policy"));
      assert.ok(dependencies.includes("aws:cloudwatch/logGroup:LogGroup hello-logs"));
    });

    it("grants its own log group and tracing, no more", () => {
      assert.deepEqual(made.statements("hello-policy"), [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/platform-test-hello:*"],
        },
        { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: ["*"] },
      ]);
    });

    it("lets Lambda alone assume its role", () => {
      const { inputs } = made.get("aws:iam/role:Role", "hello-role");
      assert.deepEqual(JSON.parse(inputs.assumeRolePolicy).Statement, [
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
      ]);
    });

    it("keeps logs for 30 days", () => {
      assert.deepEqual(made.get("aws:cloudwatch/logGroup:LogGroup", "hello-logs").inputs, {
        name: "/aws/lambda/platform-test-hello",
        retentionInDays: 30,
      });
    });

    it("points alias live to the published version", () => {
      assert.deepEqual(made.get("aws:lambda/alias:Alias", "hello-live").inputs, {
        functionName: "hello",
        functionVersion: "1",
        name: "live",
      });
    });
  });

  it("says a grant and its variable once, by a binding", async () => {
    const made = await record(() => {
      const table = new Table("irises", { attributes: [{ name: "id", type: "S" }], hashKey: "id" });
      new NodeFunction("write", { entry, bindings: { IRIS_TABLE: tableBinding(table, ["PutItem"]) } });
    });
    const { variables } = made.get("aws:lambda/function:Function", "write").inputs.environment;
    assert.equal(variables.IRIS_TABLE, "irises");
    assert.deepEqual(made.statements("write-policy").at(-1), {
      Effect: "Allow",
      Action: ["dynamodb:PutItem"],
      Resource: ["arn:aws:dynamodb:eu-west-1:123456789012:table/irises"],
    });
  });

  it("keeps failed events of an asynchronous function in an encrypted queue over TLS, with the grant for it", async () => {
    const made = await record(() => new NodeFunction("job", { entry, asynchronous: { retries: 1 } }));
    const queue = "arn:aws:sqs:eu-west-1:123456789012:job-failures";
    assert.deepEqual(made.get("aws:sqs/queue:Queue", "job-failures").inputs, {
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
    });
    assert.deepEqual(
      JSON.parse(made.get("aws:sqs/queuePolicy:QueuePolicy", "job-failures-policy").inputs.policy).Statement,
      [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: queue,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    );
    assert.deepEqual(made.get("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "job-async").inputs, {
      destinationConfig: { onFailure: { destination: queue } },
      functionName: "job",
      maximumEventAgeInSeconds: 21_600,
      maximumRetryAttempts: 1,
      qualifier: "live",
    });
    assert.ok(
      made.statements("job-policy").some((statement) => {
        const { Action, Resource } = statement as { Action: string[]; Resource: string[] };
        return Action[0] === "sqs:SendMessage" && Resource[0] === queue;
      }),
    );
  });

  describe("with a schedule", () => {
    const schedule = { expression: "cron(0 6 ? * MON-FRI *)", timezone: "Europe/Berlin", input: { full: true } };
    let made: Recording;
    before(async () => {
      made = await record(() => new NodeFunction("report", { entry, schedule }));
    });

    it("is called at its times, by its alias, with its event", () => {
      const { inputs, parent, dependencies } = made.get("aws:scheduler/schedule:Schedule", "report-schedule");
      assert.deepEqual(inputs, {
        scheduleExpression: "cron(0 6 ? * MON-FRI *)",
        scheduleExpressionTimezone: "Europe/Berlin",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: "arn:aws:lambda:eu-west-1:123456789012:function:report:live",
          roleArn: "arn:aws:iam::123456789012:role/report-schedule-role",
          input: '{"full":true}',
          retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3_600 },
        },
      });
      assert.equal(parent, "dsp:index:NodeFunction report");
      assert.ok(dependencies.includes("aws:iam/rolePolicy:RolePolicy report-schedule-policy"));
    });

    it("lets Scheduler call this one function, for this account", () => {
      assert.deepEqual(made.statements("report-schedule-policy"), [
        {
          Effect: "Allow",
          Action: ["lambda:InvokeFunction"],
          Resource: ["arn:aws:lambda:eu-west-1:123456789012:function:report:live"],
        },
      ]);
      const { assumeRolePolicy } = made.get("aws:iam/role:Role", "report-schedule-role").inputs;
      assert.deepEqual(JSON.parse(assumeRolePolicy).Statement, [
        {
          Effect: "Allow",
          Principal: { Service: "scheduler.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        },
      ]);
    });

    it("keeps events that failed every try", () => {
      const { destinationConfig } = made.get(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "report-async",
      ).inputs;
      assert.match(destinationConfig.onFailure.destination, /:report-failures$/);
    });

    it("means UTC, and sends an empty event, where it says nothing else", async () => {
      const plain = await record(
        () => new NodeFunction("tick", { entry, schedule: { expression: "rate(5 minutes)" } }),
      );
      const { scheduleExpressionTimezone, target } = plain.get(
        "aws:scheduler/schedule:Schedule",
        "tick-schedule",
      ).inputs;
      assert.deepEqual([scheduleExpressionTimezone, target.input], ["UTC", "{}"]);
    });

    it("has names that AWS takes, however long the function's is", async () => {
      const name = "f".repeat(longestFunctionName);
      const long = await record(() => new NodeFunction(name, { entry, schedule }));
      const roles = long.all.filter(({ type }) => type === "aws:iam/role:Role");
      // Pulumi adds a hyphen and seven characters to names of up to 64.
      assert.deepEqual(
        roles.filter((role) => role.name.length > 56),
        [],
      );
    });
  });

  describe("refuses, before anything is registered,", () => {
    const invalid: [string, FunctionSettings, string][] = [
      ["too little memory", { memory: 64 }, "memory is 64; allowed is a whole number from 128 to 10240"],
      ["a broken timeout", { timeout: 1.5 }, "timeout is 1.5; allowed is a whole number from 1 to 900"],
      ["too long a timeout", { timeout: 901 }, "timeout is 901; allowed is a whole number from 1 to 900"],
      [
        "negative concurrency",
        { reservedConcurrency: -2 },
        "reservedConcurrency is -2; allowed is a whole number from -1 to 1000000",
      ],
      [
        "too many tries",
        { asynchronous: { retries: 3 } },
        "asynchronous.retries is 3; allowed is a whole number from 0 to 2",
      ],
      [
        "a short age",
        { asynchronous: { maximumAge: 5 } },
        "asynchronous.maximumAge is 5; allowed is a whole number from 60 to 21600",
      ],
      [
        "words for a schedule",
        { schedule: { expression: "every day" } },
        'schedule.expression is "every day"; allowed is an expression such as rate(1 hour) or cron(0 6 * * ? *)',
      ],
      [
        "a zone that is none",
        { schedule: { expression: "rate(1 day)", timezone: "UTC+1 (Berlin)" } },
        'schedule.timezone is "UTC+1 (Berlin)"; allowed is a zone\'s name, such as Europe/Berlin',
      ],
      ["six layers", { layers: ["a", "b", "c", "d", "e", "f"] }, "layers is 6; allowed is at most 5"],
      [
        "a reserved variable",
        { environment: { AWS_REGION: "x" } },
        'environment is "AWS_REGION"; allowed is no name that Lambda reserves',
      ],
      [
        "a variable given twice",
        { environment: { TABLE: "x" }, bindings: { TABLE: { value: "y", statements: [] } } },
        'environment.TABLE is "TABLE"; allowed is a name that bindings do not use',
      ],
    ];
    for (const [what, args, message] of invalid) {
      it(what, async () => {
        const made = await record(() => {
          assert.throws(
            () => new NodeFunction("hello", { entry, ...args }),
            (error) => RunError.isInstance(error) && error.message === `NodeFunction "hello": ${message}`,
          );
        });
        assert.deepEqual(made.names(), []);
      });
    }
  });
});
