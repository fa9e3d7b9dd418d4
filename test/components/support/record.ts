import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Alias } from "@pulumi/pulumi/proto/alias_pb.js";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import struct from "google-protobuf/google/protobuf/struct_pb.js";

/** One registration, as the engine would have seen it. */
export interface Recorded {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into inputs of every shape.
  inputs: Record<string, any>;
  /** `type name` of the parent; undefined at the top. */
  parent: string | undefined;
  /** `type name` of each dependency, sorted. */
  dependencies: string[];
  /** Types that it had before. */
  formerTypes: string[];
  ignoreChanges: string[];
  protect: boolean;
  retainOnDelete: boolean;
  /** `type name` of the resources that an input comes from, by the input's name. */
  sources: Record<string, string[]>;
}

export const accountId = "123456789012";
export const region = "eu-west-1";

const regional = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;

/** Outputs of resource types, in the shapes of AWS: what the provider would add to the inputs. */
const outputs: Record<string, (name: string, inputs: Record<string, string>) => Record<string, unknown>> = {
  "aws:apigateway/restApi:RestApi": (name) => ({
    executionArn: regional("execute-api", `${name}-id`),
    rootResourceId: "root",
  }),
  "aws:apigateway/stage:Stage": (_name, { restApi, stageName }) => ({
    invokeUrl: `https://${restApi}.execute-api.${region}.amazonaws.com/${stageName}`,
  }),
  "aws:appautoscaling/policy:Policy": (name) => ({ arn: regional("autoscaling", `scalingPolicy:${name}`) }),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": (name) => ({ arn: regional("cloudwatch", `alarm:${name}`) }),
  "aws:cloudwatch/eventRule:EventRule": (name) => ({ arn: regional("events", `rule/${name}`) }),
  "aws:cloudwatch/logGroup:LogGroup": (name, inputs) => ({ arn: regional("logs", `log-group:${inputs.name ?? name}`) }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (name) => ({ arn: regional("cloudwatch", `alarm:${name}`) }),
  "aws:codedeploy/deploymentConfig:DeploymentConfig": (name) => ({ deploymentConfigName: name }),
  "aws:codedeploy/deploymentGroup:DeploymentGroup": (_name, { appName, deploymentGroupName }) => ({
    arn: regional("codedeploy", `deploymentgroup:${appName}/${deploymentGroupName}`),
  }),
  "aws:dynamodb/table:Table": (name) => ({
    arn: regional("dynamodb", `table/${name}`),
    streamArn: regional("dynamodb", `table/${name}/stream/2026-01-01T00:00:00.000`),
  }),
  "aws:ecs/cluster:Cluster": (name) => ({ arn: regional("ecs", `cluster/${name}`) }),
  "aws:ecs/taskDefinition:TaskDefinition": (_name, { family }) => ({
    arn: regional("ecs", `task-definition/${family}:1`),
  }),
  "aws:emrserverless/application:Application": (name) => ({
    arn: regional("emr-serverless", `/applications/${name}-id`),
  }),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (_name, { url }) => ({
    arn: `arn:aws:iam::${accountId}:oidc-provider/${url?.replace("https://", "")}`,
  }),
  "aws:iam/policy:Policy": (name, { path = "/" }) => ({ arn: `arn:aws:iam::${accountId}:policy${path}${name}` }),
  "aws:iam/role:Role": (name) => ({ arn: `arn:aws:iam::${accountId}:role/${name}` }),
  "aws:kms/key:Key": (name) => ({ arn: regional("kms", `key/${name}-id`), keyId: `${name}-id` }),
  "aws:lambda/alias:Alias": (_name, inputs) => {
    const arn = regional("lambda", `function:${inputs.functionName}:${inputs.name}`);
    return { arn, invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations` };
  },
  "aws:lambda/function:Function": (name) => ({ arn: regional("lambda", `function:${name}`), version: "1" }),
  "aws:lambda/layerVersion:LayerVersion": (_name, { layerName }) => ({
    arn: regional("lambda", `layer:${layerName}:1`),
  }),
  "aws:s3/bucket:Bucket": (name) => ({ arn: `arn:aws:s3:::${name}`, bucket: name }),
  "aws:scheduler/scheduleGroup:ScheduleGroup": (name) => ({ arn: regional("scheduler", `schedule-group/${name}`) }),
  "aws:sfn/stateMachine:StateMachine": (name) => ({ arn: regional("states", `stateMachine:${name}`) }),
  "aws:sns/topic:Topic": (name) => ({ arn: regional("sns", name) }),
  "aws:sqs/queue:Queue": (name) => ({
    arn: regional("sqs", name),
    url: `https://sqs.${region}.amazonaws.com/${accountId}/${name}`,
  }),
  "aws:ssm/parameter:Parameter": (name) => ({ arn: regional("ssm", `parameter/${name}`) }),
  "awsx:ec2:Vpc": () => ({
    vpcId: "vpc-1",
    privateSubnetIds: ["subnet-1", "subnet-2"],
    isolatedSubnetIds: ["subnet-3", "subnet-4"],
    vpc: { cidrBlock: "10.0.0.0/16" },
  }),
  "awsx:ecr:Image": (_name, { repositoryUrl }) => ({ imageUri: `${repositoryUrl}@sha256:0123` }),
  "awsx:ecr:Repository": (name) => ({ url: `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}` }),
};

export interface RecordOptions {
  /** @default "test" */
  stack?: string;
  /**
   * What Pulumi adds to names that it makes up, which are logical names here.
   * @default ""
   */
  suffix?: string;
  /** Is given each transform that the program registers. */
  onTransform?: (transform: unknown) => void;
}

/**
 * Runs a piece of program against Pulumi's mocks.
 * @returns what it registered, in order, as `type name` says: {@link Recording.get} finds one.
 */
export async function record(build: () => unknown, options: RecordOptions = {}): Promise<Recording> {
  const recorded: Recorded[] = [];
  const functions = new Set<string>();
  const original = MockMonitor.prototype.registerResource;
  // Pulumi keeps a stack trace of each of some ten thousand promises; Pulumi.yaml says the same to the CLI.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  const short = (urn: string) => `${urn.split("::")[2]?.split("$").at(-1)} ${urn.split("::").slice(3).join("::")}`;
  const transforms: pulumi.ResourceTransform[] = [];
  // Mocks themselves are told neither parents nor dependencies, and apply no transforms.
  MockMonitor.prototype.registerResource = async function (request, callback) {
    for (const transform of transforms) await apply(transform, request);
    const parent = request.getParent();
    if (request.getType() !== "pulumi:pulumi:Stack")
      recorded.push({
        type: request.getType(),
        name: request.getName(),
        inputs: clean(request.getObject().toJavaScript()) as Recorded["inputs"],
        parent: parent && !parent.includes("pulumi:pulumi:Stack") ? short(parent) : undefined,
        dependencies: request.getDependenciesList().map(short).sort(),
        formerTypes: request.getAliasesList().flatMap((alias: Alias) => alias.getSpec()?.getType() || []),
        ignoreChanges: request.getIgnorechangesList(),
        protect: request.getProtect() ?? false,
        retainOnDelete: request.getRetainondelete() ?? false,
        sources: sourcesOf(request, short),
      });
    return original.call(this, request, callback);
  };
  try {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name: logical, inputs }) => {
          const name = `${logical}${options.suffix ?? ""}`;
          return { id: `${name}-id`, state: { name, ...inputs, ...outputs[type]?.(name, inputs) } };
        },
        registerTransform: (transform) => {
          transforms.push(transform);
          options.onTransform?.(transform);
        },
        call({ token, inputs }) {
          functions.add(token);
          return { ...inputs, accountId, region, partition: "aws" };
        },
      },
      "platform",
      options.stack ?? "test",
    );
    pulumi.runtime.setConfig("aws:region", region);
    await build();
    await pulumi.runtime.disconnect();
  } finally {
    MockMonitor.prototype.registerResource = original;
    Error.stackTraceLimit = stackTraceLimit;
  }
  return new Recording(recorded, functions);
}

/** Changes the inputs as the engine has the program change them. */
async function apply(transform: pulumi.ResourceTransform, request: RegisterResourceRequest): Promise<void> {
  const [type, name, custom] = [request.getType(), request.getName(), request.getCustom()];
  const props = request.getObject()?.toJavaScript() ?? {};
  const changed = await transform({ type, name, custom, props, opts: {} });
  if (!changed) return;
  // As Pulumi's own serializer does, so that what a transform throws is not lost.
  const known = await (pulumi.output(changed.props) as unknown as { promise(): Promise<object> }).promise();
  const given = Object.entries(known).filter(([, value]) => value !== undefined);
  request.setObject(struct.Struct.fromJavaScript(Object.fromEntries(given)));
}

export class Recording {
  readonly all: Recorded[];
  /** Tokens of the functions that it called. */
  readonly functions: ReadonlySet<string>;
  constructor(all: Recorded[], functions: ReadonlySet<string>) {
    this.all = all;
    this.functions = functions;
  }

  /** The one resource of that type and name. @throws naming what there is instead. */
  get(type: string, name: string): Recorded {
    const found = this.all.find((one) => one.type === type && one.name === name);
    if (found) return found;
    throw new Error(`no ${type} ${name}; there are:\n${this.names().join("\n")}`);
  }

  /** `type name` of everything, sorted. */
  names(): string[] {
    return this.all.map(({ type, name }) => `${type} ${name}`).sort();
  }

  /** The statements of an inline policy. */
  statements(name: string): unknown[] {
    return JSON.parse(this.get("aws:iam/rolePolicy:RolePolicy", name).inputs.policy).Statement;
  }
}

function sourcesOf(request: RegisterResourceRequest, short: (urn: string) => string): Record<string, string[]> {
  const sources: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((dependencies: { getUrnsList(): string[] }, property: string) => {
    sources[property] = dependencies.getUrnsList().map(short);
  });
  return sources;
}

/** Assets as their kind: their content is for the bundle's own tests. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const signature = (value as Record<string, unknown>)["4dabf18193072939515e22adb298388d"];
  if (signature === "0def7320c3a5731c473e5ecbe6d01bc7") {
    const { assets, path } = value as { assets?: object; path?: string };
    return { archive: assets ? Object.keys(assets).sort() : basename(path as string) };
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, clean(item)]));
}
