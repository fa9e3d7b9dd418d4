import assert from "node:assert/strict";
import { join } from "node:path";
import { runtime } from "@pulumi/pulumi";
import { type Recorded, record } from "./components/support/record.ts";

const root = join(__dirname, "..");

/** Everything that can be switched on. */
const everything = {
  "aws:region": "eu-west-1",
  "platform:archiverApprovers": '["anna@example.org"]',
  "platform:archiverSchedule": "rate(1 hour)",
  "platform:recommenderInstanceType": "ml.m5.large",
  "platform:recommenderMaximumInstances": "2",
  "platform:recommenderRetrainSchedule": "rate(7 days)",
  "platform:recommenderIdleHours": "12",
};

/** The program as that stack; names that Pulumi makes up are the stack's own. */
const evaluate = (stack: string, config: Record<string, string>) =>
  record(
    () => {
      runtime.setAllConfig({ "platform:appVersion": "v1", ...config });
      for (const file of ["index.ts", "config.ts", "environment.ts"]) delete require.cache[join(root, file)];
      require("../index.ts");
    },
    { stack, suffix: `-${stack}01` },
  );

/** Names that count within something that is the stack's own: a function's alias, an API's stage, a thing's parts. */
const inner = [
  "aws:apigateway/methodSettings:MethodSettings stageName",
  "aws:apigateway/stage:Stage stageName",
  "aws:cloudwatch/metricAlarm:MetricAlarm metricName",
  "aws:lambda/alias:Alias name",
  // AWS's own.
  "aws:codedeploy/deploymentGroup:DeploymentGroup deploymentConfigName",
  // For people.
  "aws:sns/topic:Topic displayName",
  "pulumi-nodejs:dynamic/dsp:TrafficShift name",
];

/** What no two stacks may share, as lines. */
function physicalNames({ type, name, inputs }: Recorded): string[] {
  const names = Object.entries(inputs)
    .filter(([key, value]) => /name$|family|prefix$/i.test(key) && typeof value === "string")
    .filter(([key]) => !inner.includes(`${type} ${key}`))
    .map(([key, value]) => `${type} ${name}: ${key} ${value}`);
  const { namespace, metricName, dimensions, environment } = inputs;
  if (namespace) names.push(`metric ${namespace} ${metricName} ${JSON.stringify(dimensions)}`);
  const { POWERTOOLS_METRICS_NAMESPACE: own, POWERTOOLS_SERVICE_NAME: service } = environment?.variables ?? {};
  if (own) names.push(`metrics ${own} ${service}`);
  return names;
}

describe("two stacks in one account and region", function () {
  this.timeout(180_000);
  for (const irisCompute of ["lambda", "fargate"]) {
    it(`share no name, with irisCompute ${irisCompute}`, async () => {
      const config = { ...everything, "platform:irisCompute": irisCompute };
      const [left, right] = [await evaluate("dev", config), await evaluate("prod", config)];
      const names = new Set(left.all.flatMap(physicalNames));
      assert.ok(names.size > 100, `${names.size} names`);
      assert.deepEqual(
        right.all.flatMap(physicalNames).filter((name) => names.has(name)),
        [],
      );
    });
  }
});
