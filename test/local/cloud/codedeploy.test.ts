import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as codedeploy from "@aws-sdk/client-codedeploy";
import * as lambda from "@aws-sdk/client-lambda";
import { startCloud, type TestCloud } from "../support/cloud.ts";
import { logAccess, zip } from "./lambda/support.ts";

/** A deployment's minutes take milliseconds: five of them 300 ms. */
const clock = 1_000;

describe("CodeDeploy", () => {
  let test: TestCloud;
  let client: codedeploy.CodeDeployClient;
  let functions: lambda.LambdaClient;
  let serviceRole: string;
  let count = 0;

  const code = (text: string) => zip({ "index.mjs": text });
  const saying = (word: string) => `export const handler = async () => ${JSON.stringify(word)};`;
  /** A hook that reports what it is told, with its event. */
  const hookCode = (status: string) => `
    import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from "@aws-sdk/client-codedeploy";
    export const handler = async ({ DeploymentId, LifecycleEventHookExecutionId }) => {
      await new CodeDeployClient({}).send(new PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: DeploymentId, lifecycleEventHookExecutionId: LifecycleEventHookExecutionId, status: ${JSON.stringify(status)} }));
    };`;

  async function create(FunctionName: string, text: string, statements: object[] = [], more = {}): Promise<void> {
    const { roleArn } = await test.mintRole([logAccess, ...statements], { name: `role-${FunctionName}` });
    const Code = { ZipFile: code(text) };
    await functions.send(
      new lambda.CreateFunctionCommand({
        FunctionName,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: roleArn,
        Code,
        ...more,
      }),
    );
  }

  /** A function with versions 1 ("old") and 2 ("new"), and alias live on 1. */
  async function versions(): Promise<string> {
    const FunctionName = `app-${++count}`;
    await create(FunctionName, saying("old"), [], { Publish: true });
    await functions.send(
      new lambda.UpdateFunctionCodeCommand({ FunctionName, ZipFile: code(saying("new")), Publish: true }),
    );
    await functions.send(new lambda.CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
    return FunctionName;
  }

  async function group(deploymentConfigName: string, more = {}): Promise<string> {
    const deploymentGroupName = `group-${++count}`;
    await client.send(
      new codedeploy.CreateDeploymentGroupCommand({
        applicationName: "app",
        deploymentGroupName,
        deploymentConfigName,
        serviceRoleArn: serviceRole,
        autoRollbackConfiguration: {
          enabled: true,
          events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
        ...more,
      }),
    );
    return deploymentGroupName;
  }

  const appSpec = (Name: string, hooks: object[] = [], more = {}) =>
    JSON.stringify({
      version: 0.0,
      Resources: [
        {
          it: {
            Type: "AWS::Lambda::Function",
            Properties: { Name, Alias: "live", CurrentVersion: "1", TargetVersion: "2", ...more },
          },
        },
      ],
      ...(hooks.length > 0 && { Hooks: hooks }),
    });

  async function deploy(deploymentGroupName: string, content: string): Promise<string> {
    const revision = { revisionType: "AppSpecContent", appSpecContent: { content } } as const;
    const { deploymentId } = await client.send(
      new codedeploy.CreateDeploymentCommand({ applicationName: "app", deploymentGroupName, revision }),
    );
    return deploymentId!;
  }

  async function ended(deploymentId: string, on = client): Promise<codedeploy.DeploymentInfo> {
    for (let attempt = 0; attempt < 400; attempt++) {
      const { deploymentInfo } = await on.send(new codedeploy.GetDeploymentCommand({ deploymentId }));
      if (deploymentInfo?.completeTime) return deploymentInfo;
      await sleep(20);
    }
    throw new Error("the deployment did not end");
  }

  const alias = (FunctionName: string, on = functions) =>
    on.send(new lambda.GetAliasCommand({ FunctionName, Name: "live" }));
  async function weight(FunctionName: string): Promise<number> {
    const { FunctionVersion, RoutingConfig } = await alias(FunctionName);
    return FunctionVersion === "2" ? 1 : (RoutingConfig?.AdditionalVersionWeights?.["2"] ?? 0);
  }
  const lifecycle = async (deploymentId: string) => {
    const targets = await client.send(
      new codedeploy.BatchGetDeploymentTargetsCommand({ deploymentId, targetIds: ["x"] }),
    );
    const events = targets.deploymentTargets?.[0]?.lambdaTarget?.lifecycleEvents ?? [];
    return Object.fromEntries(events.map(({ lifecycleEventName, status }) => [lifecycleEventName, status]));
  };

  before(async () => {
    test = await startCloud({ deploymentClock: clock });
    client = test.client(codedeploy.CodeDeployClient);
    functions = test.client(lambda.LambdaClient);
    const statements = [
      { Effect: "Allow", Action: ["lambda:UpdateAlias", "lambda:GetAlias", "lambda:InvokeFunction"], Resource: "*" },
      { Effect: "Allow", Action: "cloudwatch:DescribeAlarms", Resource: "*" },
    ];
    ({ roleArn: serviceRole } = await test.mintRole(statements, {
      name: "codedeploy",
      trust: "codedeploy.amazonaws.com",
    }));
    await client.send(new codedeploy.CreateApplicationCommand({ applicationName: "app", computePlatform: "Lambda" }));
  });
  after(() => test.stop());

  it("knows every preset of Lambda", async () => {
    const { deploymentConfigsList = [] } = await client.send(new codedeploy.ListDeploymentConfigsCommand({}));
    assert.deepEqual(
      deploymentConfigsList.map((name) => name.replace("CodeDeployDefault.Lambda", "")),
      [
        "AllAtOnce",
        "Canary10Percent5Minutes",
        "Canary10Percent10Minutes",
        "Canary10Percent15Minutes",
        "Canary10Percent30Minutes",
        "Linear10PercentEvery1Minute",
        "Linear10PercentEvery2Minutes",
        "Linear10PercentEvery3Minutes",
        "Linear10PercentEvery10Minutes",
      ],
    );
  });

  it("shifts a canary in two steps, and serves both versions in between", async () => {
    const name = await versions();
    const id = await deploy(await group("CodeDeployDefault.LambdaCanary10Percent30Minutes"), appSpec(name));
    const seen = new Set<number>();
    const said = new Map<string, number>();
    let status: string | undefined;
    do {
      seen.add(await weight(name));
      const { Payload } = await functions.send(new lambda.InvokeCommand({ FunctionName: `${name}:live` }));
      const word = JSON.parse(Buffer.from(Payload!).toString());
      said.set(word, (said.get(word) ?? 0) + 1);
      status = (await client.send(new codedeploy.GetDeploymentCommand({ deploymentId: id }))).deploymentInfo?.status;
    } while (status !== "Succeeded");
    seen.add(await weight(name));
    assert.deepEqual([...seen].filter((share) => share > 0).sort(), [0.1, 1]);
    assert.deepEqual(await lifecycle(id), {
      BeforeAllowTraffic: "Skipped",
      AllowTraffic: "Succeeded",
      AfterAllowTraffic: "Skipped",
    });
    assert.ok((said.get("old") ?? 0) > 0);
  });

  it("shifts linearly, ten percent at a time", async () => {
    const name = await versions();
    const id = await deploy(await group("CodeDeployDefault.LambdaLinear10PercentEvery3Minutes"), appSpec(name));
    const shares: number[] = [];
    while (
      (await client.send(new codedeploy.GetDeploymentCommand({ deploymentId: id }))).deploymentInfo?.status !==
      "Succeeded"
    ) {
      const share = await weight(name);
      if (share !== shares.at(-1)) shares.push(share);
      await sleep(10);
    }
    assert.deepEqual(
      shares.toSorted((a, b) => a - b),
      shares,
    );
    assert.ok(shares.length >= 8, String(shares));
  });

  it("asks the hooks before and after, in order", async () => {
    const name = await versions();
    await create(`hook-${name}`, hookCode("Succeeded"), [
      { Effect: "Allow", Action: "codedeploy:PutLifecycleEventHookExecutionStatus", Resource: "*" },
    ]);
    const hooks = [{ BeforeAllowTraffic: `hook-${name}` }, { AfterAllowTraffic: `hook-${name}` }];
    const id = await deploy(await group("CodeDeployDefault.LambdaAllAtOnce"), appSpec(name, hooks));
    assert.equal((await ended(id)).status, "Succeeded");
    assert.deepEqual(await lifecycle(id), {
      BeforeAllowTraffic: "Succeeded",
      AllowTraffic: "Succeeded",
      AfterAllowTraffic: "Succeeded",
    });
    assert.equal(await weight(name), 1);
  });

  it("lets nothing through when the hook before says no", async () => {
    const name = await versions();
    await create(`no-${name}`, hookCode("Failed"), [
      { Effect: "Allow", Action: "codedeploy:PutLifecycleEventHookExecutionStatus", Resource: "*" },
    ]);
    const id = await deploy(
      await group("CodeDeployDefault.LambdaAllAtOnce"),
      appSpec(name, [{ BeforeAllowTraffic: `no-${name}` }]),
    );
    const { status, errorInformation } = await ended(id);
    assert.equal(status, "Failed");
    assert.equal(errorInformation?.code, "LAMBDA_HOOK_FAILED");
    assert.equal(await weight(name), 0);
    assert.deepEqual(await lifecycle(id), {
      BeforeAllowTraffic: "Failed",
      AllowTraffic: "Skipped",
      AfterAllowTraffic: "Skipped",
    });
  });

  it("takes everything back when the hook after says no, as a deployment of its own", async () => {
    const name = await versions();
    await create(`no-${name}`, hookCode("Failed"), [
      { Effect: "Allow", Action: "codedeploy:PutLifecycleEventHookExecutionStatus", Resource: "*" },
    ]);
    const id = await deploy(
      await group("CodeDeployDefault.LambdaAllAtOnce"),
      appSpec(name, [{ AfterAllowTraffic: `no-${name}` }]),
    );
    const { status, rollbackInfo } = await ended(id);
    assert.equal(status, "Failed");
    assert.equal(await weight(name), 0);
    const rollback = await ended(rollbackInfo!.rollbackDeploymentId!);
    assert.deepEqual([rollback.status, rollback.creator], ["Succeeded", "codeDeployRollback"]);
  });

  it("gives a hook that never reports an hour, and no more", async () => {
    const name = await versions();
    await create(`mute-${name}`, saying("nothing"));
    const id = await deploy(
      await group("CodeDeployDefault.LambdaAllAtOnce"),
      appSpec(name, [{ BeforeAllowTraffic: `mute-${name}` }]),
    );
    const { status, errorInformation } = await ended(id);
    assert.equal(status, "Failed");
    assert.match(errorInformation?.message ?? "", /did not report within an hour/);
  });

  it("is stopped by a person, and rolls back", async () => {
    const name = await versions();
    const deploymentGroupName = await group("CodeDeployDefault.LambdaLinear10PercentEvery10Minutes");
    const id = await deploy(deploymentGroupName, appSpec(name));
    await assert.rejects(deploy(deploymentGroupName, appSpec(name)), { name: "DeploymentLimitExceededException" });
    while ((await weight(name)) === 0) await sleep(10);
    await client.send(new codedeploy.StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: true }));
    const { status, errorInformation } = await ended(id);
    assert.deepEqual([status, errorInformation?.code], ["Stopped", "MANUAL_STOP"]);
    assert.equal(await weight(name), 0);
    await assert.rejects(client.send(new codedeploy.StopDeploymentCommand({ deploymentId: id })), {
      name: "DeploymentAlreadyCompletedException",
    });
  });

  it("acts as its service role: without a right it fails and says so", async () => {
    const { roleArn } = await test.mintRole([], { name: "poor", trust: "codedeploy.amazonaws.com" });
    const name = await versions();
    const id = await deploy(
      await group("CodeDeployDefault.LambdaAllAtOnce", { serviceRoleArn: roleArn }),
      appSpec(name),
    );
    const { status, errorInformation } = await ended(id);
    assert.deepEqual([status, errorInformation?.code], ["Failed", "IAM_ROLE_PERMISSIONS"]);
  });

  const wrong: [string, string, RegExp][] = [
    ["text that is no document", ": :", /AppSpec/],
    ["no function", JSON.stringify({ version: 0 }), /exactly one AWS::Lambda::Function/],
    ["$LATEST", appSpec("x", [], { TargetVersion: "$LATEST" }), /"\$LATEST" is not a published version/],
    ["a hook of another platform", appSpec("x", [{ BeforeInstall: "y" }]), /BeforeInstall is none of/],
  ];
  for (const [what, content, message] of wrong) {
    it(`refuses an AppSpec with ${what}`, async () => {
      await assert.rejects(
        deploy(await group("CodeDeployDefault.LambdaAllAtOnce"), content),
        (error: Error) => error.name === "InvalidRevisionException" && message.test(error.message),
      );
    });
  }

  it("refuses a group whose role it may not assume, or whose configuration is not there", async () => {
    const { roleArn } = await test.mintRole([], { name: "foreign" });
    await assert.rejects(group("CodeDeployDefault.LambdaAllAtOnce", { serviceRoleArn: roleArn }), {
      name: "InvalidRoleException",
    });
    await assert.rejects(group("Nowhere"), { name: "DeploymentConfigDoesNotExistException" });
  });

  it("goes on with a shift after a restart", async () => {
    const name = await versions();
    const id = await deploy(await group("CodeDeployDefault.LambdaLinear10PercentEvery10Minutes"), appSpec(name));
    while ((await weight(name)) < 0.2) await sleep(10);
    await test.stop({ keep: true });
    test = await startCloud({ deploymentClock: clock, directory: test.directory });
    client = test.client(codedeploy.CodeDeployClient);
    functions = test.client(lambda.LambdaClient);
    assert.equal((await ended(id)).status, "Succeeded");
    assert.equal(await weight(name), 1);
  });
});
