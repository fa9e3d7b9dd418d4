/** Functions. */
import type { FunctionConfiguration, GetFunctionCommandOutput } from "@aws-sdk/client-lambda";
import type { Cloud } from "local-aws/service";
import { type Archive, isArchive, type Made, type Properties } from "../../engine/provider.ts";
import { archiveZip } from "../archiveZip.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagChanges } from "../tags.ts";
import { until } from "../waiting.ts";

const runtimes = [
  ...["nodejs20.x", "nodejs22.x", "nodejs24.x"],
  ...["python3.10", "python3.11", "python3.12", "python3.13", "python3.14"],
  ...["provided.al2", "provided.al2023"],
];
const logLevels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** Inputs that `UpdateFunctionConfiguration` changes. */
const configurationInputs = [
  ...["role", "handler", "runtime", "description", "timeout", "memorySize", "environment", "layers"],
  ...["deadLetterConfig", "tracingConfig", "ephemeralStorage", "loggingConfig", "vpcConfig", "kmsKeyArn", "snapStart"],
  ...["fileSystemConfig", "imageConfig"],
];
const codeInputs = ["imageUri", "code", "sourceCodeHash", "s3Bucket", "s3Key", "s3ObjectVersion", "architectures"];

/** What API Gateway takes as the URI of an integration. */
export const invokeArn = (region: string, functionArn: string) =>
  `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;

export function functionType(cloud: Cloud): ResourceType {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("lambda", operation, input);

  async function describe(inputs: Properties, version?: string): Promise<Made> {
    const name = String(inputs.name);
    const { Configuration } = await call<GetFunctionCommandOutput>("GetFunction", { FunctionName: name });
    const published = version ?? (inputs.publish ? await lastPublished(name) : "$LATEST");
    return { id: name, outputs: { ...inputs, ...described(Configuration as FunctionConfiguration, published) } };
  }

  async function lastPublished(name: string): Promise<string> {
    const { Versions } = await call<{ Versions: FunctionConfiguration[] }>("ListVersionsByFunction", {
      FunctionName: name,
    });
    return Versions.at(-1)?.Version ?? "$LATEST";
  }

  const versioned = (arn: string, version: string): Properties => ({
    version,
    qualifiedArn: `${arn}:${version}`,
    qualifiedInvokeArn: invokeArn(cloud.region, `${arn}:${version}`),
  });

  /** The outputs that are not simply inputs. */
  function described(configuration: FunctionConfiguration, version: string): Properties {
    const arn = configuration.FunctionArn as string;
    const { LoggingConfig: logging } = configuration;
    return {
      arn,
      ...versioned(arn, version),
      invokeArn: invokeArn(cloud.region, arn),
      responseStreamingInvokeArn: invokeArn(cloud.region, arn)
        .replace("2015-03-31", "2021-11-15")
        .replace("/invocations", "/response-streaming-invocations"),
      lastModified: configuration.LastModified,
      codeSha256: configuration.CodeSha256,
      sourceCodeHash: configuration.CodeSha256,
      sourceCodeSize: configuration.CodeSize,
      architectures: configuration.Architectures,
      ephemeralStorage: { size: configuration.EphemeralStorage?.Size },
      tracingConfig: { mode: configuration.TracingConfig?.Mode },
      loggingConfig: {
        logFormat: logging?.LogFormat,
        logGroup: logging?.LogGroup,
        ...(logging?.ApplicationLogLevel && { applicationLogLevel: logging.ApplicationLogLevel }),
        ...(logging?.SystemLogLevel && { systemLogLevel: logging.SystemLogLevel }),
      },
      signingJobArn: "",
      signingProfileVersionArn: "",
      region: cloud.region,
    };
  }

  /** As the provider does: nobody is told of a function that cannot be invoked yet. */
  const ready = (FunctionName: string) =>
    until(
      () => call<FunctionConfiguration>("GetFunctionConfiguration", { FunctionName }),
      ({ State, LastUpdateStatus }) => State !== "Pending" && LastUpdateStatus !== "InProgress",
    );

  const setReserved = (FunctionName: string, reserved: unknown) =>
    reserved === undefined || reserved === -1
      ? call("DeleteFunctionConcurrency", { FunctionName })
      : call("PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: reserved });

  return {
    type: "aws:lambda/function:Function",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/lambda/function/",
    changesWith: {
      ...changing(["version", "qualifiedArn", "qualifiedInvokeArn", "lastModified"], configurationInputs),
      ...changing(["codeSha256", "sourceCodeHash", "sourceCodeSize"], []),
    },
    // Versions are counted.
    expects({ outputs: { arn, version } }, { publish }) {
      return versioned(String(arn), String(publish ? Number(version) + 1 : version));
    },
    required: ["role"],
    properties: [
      ...configurationInputs,
      ...codeInputs,
      ...["packageType", "publish", "reservedConcurrentExecutions", "skipDestroy"],
    ],
    inert: ["replaceSecurityGroupsOnDestroy", "replacementSecurityGroupIds", "codeSigningConfigArn", "sourceKmsKeyArn"],
    enums: {
      runtime: runtimes,
      packageType: ["Zip", "Image"],
      architectures: ["x86_64", "arm64"],
      "tracingConfig.mode": ["Active", "PassThrough"],
      "loggingConfig.logFormat": ["JSON", "Text"],
      "loggingConfig.applicationLogLevel": logLevels,
      "loggingConfig.systemLogLevel": ["DEBUG", "INFO", "WARN"],
    },
    defaults: {
      memorySize: 128,
      timeout: 3,
      packageType: "Zip",
      publish: false,
      reservedConcurrentExecutions: -1,
      skipDestroy: false,
    },
    replaces: ["name", "packageType"],
    autoname: { property: "name", max: 64, pattern: /^[a-zA-Z0-9-_]+$/ },
    taggable: true,
    validate(inputs) {
      if (inputs.packageType === "Image") {
        const missing = { property: "imageUri", reason: "is required for a function whose package is an image" };
        return inputs.imageUri === undefined ? [missing] : [];
      }
      if (inputs.imageUri !== undefined) {
        return [{ property: "packageType", reason: 'is "Zip"; allowed is Image with an imageUri' }];
      }
      const failures = ["handler", "runtime"]
        .filter((property) => inputs[property] === undefined)
        .map((property) => ({ property, reason: "is required for a function whose package is a zip file" }));
      if (!inputs.code && !inputs.s3Bucket) failures.push({ property: "code", reason: "or s3Bucket must be given" });
      return failures;
    },

    async create(inputs) {
      const name = String(inputs.name);
      await call("CreateFunction", {
        FunctionName: name,
        Code: await codeOf(inputs),
        Architectures: inputs.architectures,
        Tags: inputs.tagsAll,
        PackageType: inputs.packageType,
        ...configurationOf(inputs),
      });
      try {
        if (Number(inputs.reservedConcurrentExecutions) >= 0)
          await setReserved(name, inputs.reservedConcurrentExecutions);
        await ready(name);
        const version = inputs.publish ? await publish(name) : "$LATEST";
        return await describe(inputs, version);
      } catch (error) {
        // The engine knows nothing of a function whose creation failed: it must not stay behind.
        await call("DeleteFunction", { FunctionName: name });
        throw error;
      }
    },

    async update(id, before, after) {
      const changed = (properties: string[]) => properties.some((key) => !same(before[key], after[key]));
      if (changed(configurationInputs)) {
        await call("UpdateFunctionConfiguration", { FunctionName: id, ...configurationOf(after, before) });
      }
      if (changed(codeInputs)) {
        await call("UpdateFunctionCode", {
          FunctionName: id,
          Architectures: after.architectures,
          ...(await codeOf(after)),
        });
      }
      await ready(id);
      if (changed(["reservedConcurrentExecutions"])) await setReserved(id, after.reservedConcurrentExecutions);
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      const Resource = `arn:aws:lambda:${cloud.region}:${cloud.accountId}:function:${id}`;
      if (remove.length > 0) await call("UntagResource", { Resource, TagKeys: remove });
      if (Object.keys(put).length > 0) await call("TagResource", { Resource, Tags: put });
      return describe(after, after.publish ? await publish(id) : undefined);
    },

    async delete(id, outputs) {
      if (outputs.skipDestroy) return;
      await call("DeleteFunction", { FunctionName: id });
    },

    async read(id, context) {
      const { Configuration, Tags, Concurrency } = await call<GetFunctionCommandOutput>("GetFunction", {
        FunctionName: id,
      });
      const inputs = context.previous?.inputs ?? inputsOf(Configuration as FunctionConfiguration, Tags);
      const made = await describe({ ...inputs, name: id });
      made.outputs.reservedConcurrentExecutions = Concurrency?.ReservedConcurrentExecutions ?? -1;
      return made;
    },
  };

  async function publish(FunctionName: string): Promise<string> {
    const { Version } = await call<FunctionConfiguration>("PublishVersion", { FunctionName });
    return Version as string;
  }
}

/** Outputs that change with the code, and with these inputs. */
const changing = (outputs: string[], inputs: string[]) =>
  Object.fromEntries(outputs.map((output) => [output, [...inputs, ...codeInputs]]));

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

async function codeOf(inputs: Properties): Promise<object> {
  if (inputs.imageUri !== undefined) return { ImageUri: inputs.imageUri };
  if (isArchive(inputs.code)) return { ZipFile: await archiveZip(inputs.code as Archive) };
  return { S3Bucket: inputs.s3Bucket, S3Key: inputs.s3Key, S3ObjectVersion: inputs.s3ObjectVersion };
}

/** Inputs as the API takes them. What was there `before` and is not given any more goes back to nothing. */
function configurationOf(inputs: Properties, before: Properties = {}): object {
  const of = <T>(key: string): T | undefined => inputs[key] as T | undefined;
  const dropped = (key: string) => inputs[key] === undefined && before[key] !== undefined;
  const logging = of<Properties>("loggingConfig");
  const vpc = of<{ subnetIds?: string[]; securityGroupIds?: string[] }>("vpcConfig");
  const name = String(inputs.name);
  return {
    Role: inputs.role,
    Handler: inputs.handler,
    Runtime: inputs.runtime,
    Description: inputs.description ?? "",
    Timeout: inputs.timeout,
    MemorySize: inputs.memorySize,
    KMSKeyArn: inputs.kmsKeyArn,
    Environment: { Variables: of<{ variables?: object }>("environment")?.variables ?? {} },
    Layers: inputs.layers ?? [],
    ImageConfig: imageConfigOf(inputs),
    DeadLetterConfig: { TargetArn: of<{ targetArn?: string }>("deadLetterConfig")?.targetArn ?? "" },
    TracingConfig: { Mode: of<{ mode?: string }>("tracingConfig")?.mode ?? "PassThrough" },
    EphemeralStorage: { Size: of<{ size?: number }>("ephemeralStorage")?.size ?? 512 },
    ...(logging && {
      LoggingConfig: {
        LogFormat: logging.logFormat,
        LogGroup: logging.logGroup ?? `/aws/lambda/${name}`,
        ApplicationLogLevel: logging.applicationLogLevel,
        SystemLogLevel: logging.systemLogLevel,
      },
    }),
    ...(dropped("loggingConfig") && { LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` } }),
    ...(vpc && { VpcConfig: { SubnetIds: vpc.subnetIds, SecurityGroupIds: vpc.securityGroupIds } }),
    ...(dropped("vpcConfig") && { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } }),
    ...(inputs.snapStart !== undefined && { SnapStart: { ApplyOn: of<{ applyOn?: string }>("snapStart")?.applyOn } }),
  };
}

function imageConfigOf({ imageConfig }: Properties): object | undefined {
  const { commands, entryPoints, workingDirectory } = (imageConfig ?? {}) as Properties;
  return imageConfig ? { Command: commands, EntryPoint: entryPoints, WorkingDirectory: workingDirectory } : undefined;
}

/** Of a function that the program did not make. */
function inputsOf(configuration: FunctionConfiguration, tags: Record<string, string> = {}): Properties {
  const { DeadLetterConfig, Environment, Layers } = configuration;
  return {
    role: configuration.Role,
    handler: configuration.Handler,
    runtime: configuration.Runtime,
    description: configuration.Description,
    timeout: configuration.Timeout,
    memorySize: configuration.MemorySize,
    packageType: configuration.PackageType ?? "Zip",
    publish: false,
    skipDestroy: false,
    ...(Environment && { environment: { variables: Environment.Variables } }),
    ...(Layers && { layers: Layers.map(({ Arn }) => Arn) }),
    ...(DeadLetterConfig && { deadLetterConfig: { targetArn: DeadLetterConfig.TargetArn } }),
    tags,
    tagsAll: tags,
  };
}
