import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { CodeDeploy, type DeploymentInfo } from "@aws-sdk/client-codedeploy";
import { type CreateFunctionCommandInput, Lambda } from "@aws-sdk/client-lambda";
import type { CloudOptions } from "../src/index.ts";
import { startCloud, type TestCloud } from "./cloud.ts";
import { logAccess, zip } from "./lambda.ts";

/** Code of a function that returns that word. */
export const saying = (word: string) => `export const handler = async () => ${JSON.stringify(word)};`;

/** Code of a hook that reports that. */
const reporting = (status: string) => `
  import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from "@aws-sdk/client-codedeploy";
  export const handler = async ({ DeploymentId, LifecycleEventHookExecutionId }) => {
    await new CodeDeployClient({}).send(new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId: DeploymentId, lifecycleEventHookExecutionId: LifecycleEventHookExecutionId, status: ${JSON.stringify(status)} }));
  };`;

const mayReport = {
  Effect: "Allow",
  Action: "codedeploy:PutLifecycleEventHookExecutionStatus",
  Resource: "*",
};

/** The texts of an AppSpec: from version 1 to 2, alias `live`. */
export const appSpec = (Name: string, hooks: object[] = [], more = {}) =>
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

const events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"] as const;

/** A cloud with a CodeDeploy application `app`, and what deployments to it need. */
export class Lab {
  readonly test: TestCloud;
  readonly codedeploy: CodeDeploy;
  readonly lambda: Lambda;
  serviceRole = "";
  #count = 0;

  private constructor(test: TestCloud) {
    this.test = test;
    this.codedeploy = test.client(CodeDeploy);
    this.lambda = test.client(Lambda);
  }

  static async start(options: Partial<CloudOptions> = {}): Promise<Lab> {
    const lab = new Lab(await startCloud(options));
    const statements = [
      { Effect: "Allow", Action: ["lambda:UpdateAlias", "lambda:GetAlias", "lambda:InvokeFunction"], Resource: "*" },
      { Effect: "Allow", Action: ["cloudwatch:DescribeAlarms", "sns:Publish"], Resource: "*" },
    ];
    const role = await lab.test.mintRole(statements, {
      name: "codedeploy",
      trust: "codedeploy.amazonaws.com",
      source: "arn:aws:codedeploy:us-east-1:000000000000:deploymentgroup:*",
    });
    lab.serviceRole = role.roleArn;
    await lab.codedeploy.createApplication({ applicationName: "app", computePlatform: "Lambda" });
    return lab;
  }

  /** The same cloud after a restart. */
  async restart(options: Partial<CloudOptions>): Promise<Lab> {
    await this.test.stop({ keep: true });
    return new Lab(await startCloud({ ...options, directory: this.test.directory }));
  }

  /** Creates a function. @returns its name. */
  async create(
    label: string,
    text: string,
    statements: object[] = [],
    more: Partial<CreateFunctionCommandInput> = {},
  ): Promise<string> {
    const FunctionName = `${label}-${++this.#count}`;
    const { roleArn } = await this.test.mintRole([logAccess, ...statements], { name: `role-${FunctionName}` });
    await this.lambda.createFunction({
      FunctionName,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: roleArn,
      Code: { ZipFile: zip({ "index.mjs": text }) },
      ...more,
    });
    return FunctionName;
  }

  /** Creates a hook that reports that. @returns its name. */
  hook = (status: string) => this.create("hook", reporting(status), [mayReport]);

  /** A function with versions 1 ("old") and 2 ("new"), and the alias on 1. */
  async versions(aliases = ["live"]): Promise<string> {
    const FunctionName = await this.create("app", saying("old"), [], { Publish: true });
    const ZipFile = zip({ "index.mjs": saying("new") });
    await this.lambda.updateFunctionCode({ FunctionName, ZipFile, Publish: true });
    for (const Name of aliases) await this.lambda.createAlias({ FunctionName, Name, FunctionVersion: "1" });
    return FunctionName;
  }

  /** A deployment group that rolls back by itself. @param config without `CodeDeployDefault.Lambda`. */
  async group(config: string, more = {}): Promise<string> {
    const deploymentGroupName = `group-${++this.#count}`;
    await this.codedeploy.createDeploymentGroup({
      applicationName: "app",
      deploymentGroupName,
      deploymentConfigName: `CodeDeployDefault.Lambda${config}`,
      serviceRoleArn: this.serviceRole,
      autoRollbackConfiguration: { enabled: true, events: [...events] },
      ...more,
    });
    return deploymentGroupName;
  }

  async deploy(deploymentGroupName: string, content: string): Promise<string> {
    const revision = { revisionType: "AppSpecContent", appSpecContent: { content } } as const;
    const request = { applicationName: "app", deploymentGroupName, revision };
    return (await this.codedeploy.createDeployment(request)).deploymentId!;
  }

  async info(deploymentId: string): Promise<DeploymentInfo> {
    return (await this.codedeploy.getDeployment({ deploymentId })).deploymentInfo!;
  }

  async ended(deploymentId: string): Promise<DeploymentInfo> {
    for (;;) {
      const info = await this.info(deploymentId);
      if (info.completeTime) return info;
      await sleep(10);
    }
  }

  async lifecycle(deploymentId: string): Promise<Record<string, string>> {
    const targets = await this.codedeploy.batchGetDeploymentTargets({ deploymentId, targetIds: ["x"] });
    const events = targets.deploymentTargets?.[0]?.lambdaTarget?.lifecycleEvents ?? [];
    return Object.fromEntries(events.map(({ lifecycleEventName, status }) => [lifecycleEventName, status]));
  }

  /** Share of version 2 in the alias. */
  async weight(FunctionName: string, Name = "live"): Promise<number> {
    const { FunctionVersion, RoutingConfig } = await this.lambda.getAlias({ FunctionName, Name });
    return FunctionVersion === "2" ? 1 : (RoutingConfig?.AdditionalVersionWeights?.["2"] ?? 0);
  }

  async weightIs(FunctionName: string, holds: (weight: number) => boolean): Promise<void> {
    while (!holds(await this.weight(FunctionName))) await sleep(5);
  }

  /** One request through the alias, without HTTP. @returns the version that answered. @throws when it fails. */
  async ask(FunctionName: string): Promise<string> {
    const { ExecutedVersion, FunctionError } = await this.test.cloud.call<Record<string, string>>("lambda", "Invoke", {
      FunctionName: `${FunctionName}:live`,
    });
    assert.equal(FunctionError, undefined);
    return String(ExecutedVersion);
  }

  /** Sends that many requests, four at a time. @returns how many each version answered. */
  async askTimes(FunctionName: string, times: number): Promise<Map<string, number>> {
    const load = new Load(this, FunctionName, (count) => count < times);
    return load.ended;
  }
}

/** Requests without a pause, four at a time. */
export class Load {
  count = 0;
  readonly versions = new Map<string, number>();
  readonly failures: Error[] = [];
  /** How many each version answered, once the load has ended. */
  readonly ended: Promise<Map<string, number>>;
  #stopped = false;

  /** @param goesOn called before each request; without it the load goes on until it is stopped. */
  constructor(lab: Lab, functionName: string, goesOn: (count: number) => boolean = () => true) {
    const lane = async (): Promise<void> => {
      while (!this.#stopped && goesOn(this.count)) {
        this.count += 1;
        try {
          const version = await lab.ask(functionName);
          this.versions.set(version, (this.versions.get(version) ?? 0) + 1);
        } catch (error) {
          this.failures.push(error as Error);
        }
        // Lets timers of the cloud, which runs in this process, fire.
        if (this.count % 100 === 0) await sleep(0);
      }
    };
    this.ended = Promise.all([lane(), lane(), lane(), lane()]).then(() => this.versions);
  }

  /** Resolves when that many more requests have been started. */
  async more(count: number): Promise<void> {
    const wanted = this.count + count;
    while (this.count < wanted) await sleep(1);
  }

  stop(): Promise<Map<string, number>> {
    this.#stopped = true;
    return this.ended;
  }
}
