import assert from "node:assert/strict";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { onBothWidths } from "./support/bothWidths.ts";
import type { Place } from "./support/opened.ts";

const code = (word: string) => zipSync({ "index.mjs": strToU8(`export const handler = async () => "${word}";`) });

const settingsOf = ({ aws, region }: Place) => ({
  endpoint: aws,
  region,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/**
 * Two versions of a function, and what shifts traffic from one to the other.
 * @param alarm name of one that takes it back. Default: none.
 * @returns what starts a shift; with a hook, a function that never says how it went.
 */
async function prepare(place: Place, name: string, alarm?: string): Promise<(hook?: boolean) => Promise<string>> {
  const settings = settingsOf(place);
  const [iam, lambda, codedeploy] = [new IAMClient(settings), new Lambda(settings), new CodeDeploy(settings)];
  const role = async (service: string, Action: string[]) => {
    const RoleName = `${name}-${service}`;
    const trust = { Effect: "Allow", Principal: { Service: `${service}.amazonaws.com` }, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action, Resource: "*" }],
    });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "may", PolicyDocument }));
    return Role?.Arn as string;
  };
  await lambda.createFunction({
    FunctionName: name,
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Role: await role("lambda", ["logs:*"]),
    Code: { ZipFile: code("first") },
    Publish: true,
  });
  await lambda.updateFunctionCode({ FunctionName: name, ZipFile: code("second"), Publish: true });
  await lambda.createAlias({ FunctionName: name, Name: "live", FunctionVersion: "1" });
  await codedeploy.createApplication({ applicationName: name, computePlatform: "Lambda" });
  await codedeploy.createDeploymentGroup({
    applicationName: name,
    deploymentGroupName: name,
    serviceRoleArn: await role("codedeploy", ["lambda:*", "cloudwatch:DescribeAlarms"]),
    deploymentConfigName: "CodeDeployDefault.LambdaLinear10PercentEvery1Minute",
    deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
    ...(alarm !== undefined && {
      alarmConfiguration: { enabled: true, alarms: [{ name: alarm }] },
      autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_STOP_ON_ALARM"] },
    }),
  });
  const Properties = { Name: name, Alias: "live", CurrentVersion: "1", TargetVersion: "2" };
  const Resources = [{ it: { Type: "AWS::Lambda::Function", Properties } }];
  return async (hook = false) => {
    const Hooks = hook ? { Hooks: [{ BeforeAllowTraffic: name }] } : {};
    const content = JSON.stringify({ version: 0.0, Resources, ...Hooks });
    const { deploymentId } = await codedeploy.createDeployment({
      applicationName: name,
      deploymentGroupName: name,
      revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
    });
    return deploymentId as string;
  };
}

describe("the console's Deployments", () => {
  onBothWidths("show how the traffic moves, and take it back", async (reader, width) => {
    const { page, place } = reader;
    const start = await prepare(place, `shifted-${width}`);
    await reader.goTo("Deployments");
    const id = await start();
    await page.getByLabel("Search").fill(id);
    await reader.rows.first().click();
    const detail = page.getByRole("article");
    await detail.getByRole("heading", { name: /^Version 2 has [1-9]\d % of the traffic$/ }).waitFor();
    await detail.getByRole("img", { name: "Its share over time" }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`deployments-${width}`);
    await detail.getByRole("button", { name: "Stop, and take all traffic back" }).click();
    await detail.getByText("stopped", { exact: true }).waitFor();
    assert.deepEqual(await reader.violations(), []);
  });

  onBothWidths("show an alarm that takes it back, and a hook that waits; stop where it is", async (reader, width) => {
    const { page, place } = reader;
    const name = `alarmed-${width}`;
    const cloudwatch = new CloudWatch(settingsOf(place));
    await cloudwatch.putMetricAlarm({
      ...{ AlarmName: name, Namespace: "Shop", MetricName: "Failures", Statistic: "Sum", Period: 60 },
      ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" },
      // It stays as it is set.
      TreatMissingData: "ignore",
    });
    await cloudwatch.setAlarmState({ AlarmName: name, StateValue: "OK", StateReason: "nothing failed" });
    const start = await prepare(place, name, name);
    await reader.goTo("Deployments");
    const detail = page.getByRole("article");
    const show = async (id: string) => {
      await page.getByLabel("Search").fill(id);
      await reader.rows.first().click();
    };
    await show(await start());
    await detail.getByRole("row").filter({ hasText: name }).getByText("ok", { exact: true }).waitFor();
    await cloudwatch.setAlarmState({ AlarmName: name, StateValue: "ALARM", StateReason: "orders failed" });
    await detail.getByRole("row").filter({ hasText: name }).getByText("alarm", { exact: true }).waitFor();
    await detail.getByText("ALARM_ACTIVE").waitFor();
    await detail.getByRole("definition").getByRole("link", { name: /^d-/ }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await detail.getByRole("link", { name: "Close" }).click();
    await cloudwatch.setAlarmState({ AlarmName: name, StateValue: "OK", StateReason: "mended" });
    await show(await start(true));
    await detail.getByRole("row").filter({ hasText: "BeforeAllowTraffic" }).getByText("in progress").waitFor();
    assert.deepEqual(await reader.violations(), []);
    await detail.getByRole("button", { name: "Stop where it is" }).click();
    await detail.getByText("stopped", { exact: true }).waitFor();
    assert.equal(await detail.getByText("Rolled back by").count(), 0);
  });
});
