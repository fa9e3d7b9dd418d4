import assert from "node:assert/strict";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { onBothWidths } from "./support/bothWidths.ts";
import type { Place } from "./support/opened.ts";

const code = (word: string) => zipSync({ "index.mjs": strToU8(`export const handler = async () => "${word}";`) });

/** Two versions of a function, and what shifts traffic from one to the other. @returns what starts a shift. */
async function prepare({ aws, region }: Place, name: string): Promise<() => Promise<string>> {
  const settings = { endpoint: aws, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
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
  });
  const Properties = { Name: name, Alias: "live", CurrentVersion: "1", TargetVersion: "2" };
  const content = JSON.stringify({ version: 0.0, Resources: [{ it: { Type: "AWS::Lambda::Function", Properties } }] });
  return async () => {
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
});
