import assert from "node:assert/strict";
import { MetricAlarm } from "@pulumi/aws/cloudwatch";
import { Topic } from "@pulumi/aws/sns";
import { RunError } from "@pulumi/pulumi";
import { ApiWithLambdas } from "../../components/apiWithLambdas.ts";
import { plannedMinutes } from "../../components/deployment/trafficSteps.ts";
import type { DeploymentArgs } from "../../components/gradualDeployment.ts";
import { NodeFunction } from "../../components/nodeFunction.ts";
import { type Recording, record } from "./support/record.ts";

const entry = "handlers/whodis/index.ts";
const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:hello";
const topic = "arn:aws:sns:eu-west-1:123456789012:releases";
const releases = () => new Topic("releases", { kmsMasterKeyId: "0123" });
const hello = (deployment: DeploymentArgs) => new NodeFunction("hello", { entry, deployment });

describe("GradualDeployment", () => {
  describe("with all that it takes", () => {
    let made: Recording;
    const inputs = (type: string, name: string) => made.get(type, name).inputs;
    before(async () => {
      made = await record(() => {
        const slow = new MetricAlarm("slow", { comparisonOperator: "GreaterThanThreshold", evaluationPeriods: 1 });
        hello({
          type: "Canary10Percent5Minutes",
          preTraffic: { entry, timeout: 7 },
          postTraffic: { entry },
          alarms: [slow],
          notifications: releases(),
        });
        new NodeFunction("other", { entry, deployment: { type: "AllAtOnce" } });
      });
    });

    it("makes exactly these resources, and one application for the stack", () => {
      const own = made.names().filter((name) => /codedeploy|hello-(?!logs)|MetricAlarm hello/.test(name));
      assert.deepEqual(own, [
        "aws:cloudwatch/logGroup:LogGroup hello-post-traffic-logs",
        "aws:cloudwatch/logGroup:LogGroup hello-pre-traffic-logs",
        "aws:cloudwatch/metricAlarm:MetricAlarm hello-alias-errors",
        "aws:cloudwatch/metricAlarm:MetricAlarm hello-version-errors",
        "aws:codedeploy/application:Application deployments",
        "aws:codedeploy/deploymentGroup:DeploymentGroup hello-deployments",
        "aws:codedeploy/deploymentGroup:DeploymentGroup other-deployments",
        "aws:iam/role:Role hello-deploy-role",
        "aws:iam/role:Role hello-post-traffic-role",
        "aws:iam/role:Role hello-pre-traffic-role",
        "aws:iam/role:Role hello-role",
        "aws:iam/rolePolicy:RolePolicy hello-deploy-policy",
        "aws:iam/rolePolicy:RolePolicy hello-policy",
        "aws:iam/rolePolicy:RolePolicy hello-post-traffic-policy",
        "aws:iam/rolePolicy:RolePolicy hello-pre-traffic-policy",
        "aws:lambda/alias:Alias hello-live",
        "aws:lambda/alias:Alias hello-post-traffic-live",
        "aws:lambda/alias:Alias hello-pre-traffic-live",
        "aws:lambda/function:Function hello-post-traffic",
        "aws:lambda/function:Function hello-pre-traffic",
        "dsp:index:NodeFunction hello-post-traffic",
        "dsp:index:NodeFunction hello-pre-traffic",
        "pulumi-nodejs:dynamic/dsp:TrafficShift hello-shift",
      ]);
    });

    it("leaves the alias to CodeDeploy once it is made", () => {
      const { ignoreChanges, inputs } = made.get("aws:lambda/alias:Alias", "hello-live");
      assert.deepEqual(ignoreChanges, ["functionVersion", "routingConfig"]);
      assert.equal(inputs.functionVersion, "1");
      // A hook is not itself shifted.
      assert.deepEqual(made.get("aws:lambda/alias:Alias", "hello-pre-traffic-live").ignoreChanges, []);
    });

    it("goes back by itself, and tells the topic", () => {
      assert.deepEqual(inputs("aws:codedeploy/deploymentGroup:DeploymentGroup", "hello-deployments"), {
        appName: "deployments",
        deploymentGroupName: "platform-test-hello",
        deploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
        serviceRoleArn: "arn:aws:iam::123456789012:role/hello-deploy-role",
        deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
        alarmConfiguration: { enabled: true, alarms: ["hello-alias-errors", "hello-version-errors", "slow"] },
        autoRollbackConfiguration: {
          enabled: true,
          events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
        triggerConfigurations: [
          {
            triggerName: "notifications",
            triggerEvents: [
              "DeploymentStart",
              "DeploymentSuccess",
              "DeploymentFailure",
              "DeploymentStop",
              "DeploymentRollback",
            ],
            triggerTargetArn: topic,
          },
        ],
      });
    });

    it("gives CodeDeploy exactly the rights that this group needs", () => {
      const hook = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:hello-${name}-traffic`;
      assert.deepEqual(made.statements("hello-deploy-policy"), [
        {
          Effect: "Allow",
          Action: ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
          Resource: [functionArn, `${functionArn}:live`],
        },
        { Effect: "Allow", Action: ["cloudwatch:DescribeAlarms"], Resource: ["*"] },
        { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [hook("pre"), hook("post")] },
        { Effect: "Allow", Action: ["sns:Publish"], Resource: [topic] },
        {
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: ["arn:aws:kms:eu-west-1:123456789012:key/0123"],
          Condition: { StringEquals: { "kms:ViaService": "sns.eu-west-1.amazonaws.com" } },
        },
      ]);
      const trust = JSON.parse(inputs("aws:iam/role:Role", "hello-deploy-role").assumeRolePolicy).Statement;
      assert.deepEqual(trust, [
        {
          Effect: "Allow",
          Principal: { Service: "codedeploy.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        },
      ]);
    });

    it("lets a hook invoke the function's versions and report, and tells it the new one", () => {
      assert.deepEqual(made.statements("hello-pre-traffic-policy").slice(2), [
        { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [`${functionArn}:*`] },
        {
          Effect: "Allow",
          Action: ["codedeploy:PutLifecycleEventHookExecutionStatus"],
          Resource: ["arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:deployments/platform-test-hello"],
        },
      ]);
      const { variables } = inputs("aws:lambda/function:Function", "hello-pre-traffic").environment;
      assert.equal(variables.TARGET_ARN, `${functionArn}:1`);
    });

    it("watches errors of the alias and of the version that it runs", () => {
      const { dimensions, ...alarm } = inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "hello-version-errors");
      assert.deepEqual(dimensions, { FunctionName: "hello", Resource: "hello:live", ExecutedVersion: "1" });
      assert.deepEqual(alarm, {
        alarmDescription: "The newest version of hello fails",
        namespace: "AWS/Lambda",
        metricName: "Errors",
        statistic: "Sum",
        period: 60,
        evaluationPeriods: 2,
        threshold: 0,
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
        alarmActions: [topic],
        okActions: [topic],
      });
      const alias = inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "hello-alias-errors");
      assert.deepEqual(alias.dimensions, { FunctionName: "hello", Resource: "hello:live" });
    });

    it("shifts once rights and hooks are there", () => {
      const { inputs, dependencies } = made.get("pulumi-nodejs:dynamic/dsp:TrafficShift", "hello-shift");
      const { __provider, ...facts } = inputs;
      assert.deepEqual(facts, {
        name: "hello-shift",
        functionName: "hello",
        functionArn,
        alias: "live",
        version: "1",
        type: "Canary10Percent5Minutes",
        minutes: 5,
        application: "deployments",
        group: "platform-test-hello",
        beforeAllowTraffic: {
          functionName: "hello-pre-traffic",
          timeout: 7,
          logGroup: "/aws/lambda/platform-test-hello-pre-traffic",
        },
        afterAllowTraffic: {
          functionName: "hello-post-traffic",
          timeout: 10,
          logGroup: "/aws/lambda/platform-test-hello-post-traffic",
        },
      });
      for (const needed of [
        "aws:iam/rolePolicy:RolePolicy hello-deploy-policy",
        "aws:iam/rolePolicy:RolePolicy hello-pre-traffic-policy",
        "aws:lambda/function:Function hello-post-traffic",
      ]) {
        assert.ok(dependencies.includes(needed), needed);
      }
    });
  });

  it("is a plain alias where it is switched off", async () => {
    const off = await record(() => hello({ type: "AllAtOnce", enabled: false, preTraffic: { entry } }));
    const without = await record(() => new NodeFunction("hello", { entry }));
    assert.deepEqual(off.all, without.all);
  });

  it("keeps the alarms that it is told to ignore, and does not watch them", async () => {
    const made = await record(() => hello({ type: "AllAtOnce", ignoreAlarms: true }));
    const { inputs } = made.get("aws:codedeploy/deploymentGroup:DeploymentGroup", "hello-deployments");
    assert.deepEqual(inputs.alarmConfiguration, {
      enabled: false,
      alarms: ["hello-alias-errors", "hello-version-errors"],
    });
  });

  it("shifts one after the other where the program says so, and together otherwise", async () => {
    const made = await record(() => {
      const first = hello({ type: "AllAtOnce" });
      new NodeFunction("second", { entry, deployment: { type: "AllAtOnce", after: [first] } });
      new NodeFunction("beside", { entry, deployment: { type: "AllAtOnce" } });
    });
    const waits = (name: string) =>
      made
        .get("pulumi-nodejs:dynamic/dsp:TrafficShift", `${name}-shift`)
        .dependencies.includes("pulumi-nodejs:dynamic/dsp:TrafficShift hello-shift");
    assert.deepEqual([waits("second"), waits("beside")], [true, false]);
  });

  it("keeps within the lengths of names", async () => {
    const long = "f".repeat(51);
    const args = { entry, deployment: { type: "AllAtOnce", preTraffic: { entry } } } as const;
    const made = await record(() => new NodeFunction(long, args));
    const names = (type: string) => made.all.filter((one) => one.type === type).map(({ name }) => name);
    for (const name of names("aws:iam/role:Role")) assert.ok(name.length <= 56, name);
    assert.equal(names("aws:iam/role:Role").length, 3);
    assert.ok(names("aws:lambda/function:Function").every((name) => name.length <= 56));
  });

  it("makes a configuration for a shift of one's own", async () => {
    const made = await record(() => hello({ type: { linear: { percent: 25, minutes: 2 } } }));
    assert.deepEqual(made.get("aws:codedeploy/deploymentConfig:DeploymentConfig", "hello-steps").inputs, {
      computePlatform: "Lambda",
      trafficRoutingConfig: { type: "TimeBasedLinear", timeBasedLinear: { percentage: 25, interval: 2 } },
    });
    const { inputs } = made.get("pulumi-nodejs:dynamic/dsp:TrafficShift", "hello-shift");
    assert.deepEqual([inputs.type, inputs.minutes], ["Linear25PercentEvery2Minutes", 6]);
  });

  it("tells a route's hooks its URL, which comes after the function", async () => {
    const route = { entry, auth: "none", deployment: { type: "AllAtOnce", postTraffic: { entry } } } as const;
    const made = await record(() => new ApiWithLambdas("api", { routes: { "GET /hello": route } }));
    const { variables } = made.get("aws:lambda/function:Function", "api-get-hello-post-traffic").inputs.environment;
    assert.equal(variables.ROUTE_URL, "https://api-id.execute-api.eu-west-1.amazonaws.com/Prod/hello");
  });

  it("plans the minutes of each kind", () => {
    assert.equal(plannedMinutes("AllAtOnce"), 0);
    assert.equal(plannedMinutes("Canary10Percent30Minutes"), 30);
    assert.equal(plannedMinutes("Linear10PercentEvery1Minute"), 9);
    assert.equal(plannedMinutes({ canary: { percent: 5, minutes: 60 } }), 60);
  });

  const wrong: [string, DeploymentArgs, RegExp][] = [
    ["a type that is none", { type: "Canary" as never }, /deployment.type is "Canary"; allowed is one of AllAtOnce, /],
    ["no type", {} as never, /deployment.type is not given/],
    ["a share of everything", { type: { canary: { percent: 100, minutes: 1 } } }, /canary.percent is 100; allowed/],
    ["no minutes", { type: { linear: { percent: 10 } as never } }, /linear.minutes is null; allowed/],
    ["two types", { type: { linear: { percent: 1, minutes: 1 }, canary: {} } as never }, /either \{canary\} or/],
    ["a hook that is not there", { type: "AllAtOnce", preTraffic: { entry: "no.ts" } }, /preTraffic.entry is "no.ts"/],
    [
      "a hook that is shifted",
      { type: "AllAtOnce", postTraffic: { entry, deployment: { type: "AllAtOnce" } } as never },
      /postTraffic.deployment is "given"; allowed is none/,
    ],
  ];
  for (const [what, deployment, message] of wrong) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(
        record(() => hello(deployment)),
        (error: Error) => error instanceof RunError && message.test(error.message),
      );
    });
  }
});
