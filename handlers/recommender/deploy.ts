import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  paginateListEndpoints,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import { modelName, modelUrl } from "./arguments.ts";
import { sagemaker } from "./clients.ts";
import { eachRow, externalFunction, later, RowError } from "./externalFunction.ts";
import { endpointName, isMissing, isThere, shortHash } from "./names.ts";
import { refusals } from "./refusals.ts";
import { removeConfig, removeConfigs, removeEndpoint, removeModel } from "./remove.ts";
import { settings } from "./settings.ts";

/** `deploy_model(model_name, model_url)`: the model behind the endpoint of that name, made or updated; its ARN. */
export const handler = externalFunction("deploy", (rows, work) =>
  eachRow(rows, work, async ({ args: [name, url] }) => deploy(modelName(name), modelUrl(url))),
);

/**
 * Model and configuration are named by what they hold, so the same deployment again finds them, whichever call an earlier
 * one was interrupted at. What a deployment that fails has made goes again.
 */
async function deploy(model: string, url: string): Promise<string | typeof later> {
  const EndpointName = endpointName(model);
  const before = await describe(EndpointName);
  const name = `${EndpointName}-${shortHash(url, settings.image, JSON.stringify(settings.serving), settings.keyArn ?? "")}`;
  switch (before?.EndpointStatus) {
    case "Failed":
      // One that failed takes no other call than its deletion.
      await removeEndpoint(EndpointName);
      return later;
    case "Deleting":
      return later;
    case undefined:
    case "InService":
      break;
    default:
      if (isOnItsWay(before, name)) break;
      throw new RowError(
        `the endpoint of ${model} is ${before!.EndpointStatus}; try again when model_status says InService`,
      );
  }
  if (isOnItsWay(before, name)) return before!.EndpointArn!;
  if (!before && (await countEndpoints()) >= settings.maximumEndpoints) {
    throw new RowError(
      `${settings.maximumEndpoints} models are deployed, as many as may be; undeploy_model removes one`,
    );
  }
  await removeConfigs(EndpointName, [name, before?.EndpointConfigName]);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    if (await make(() => createModel(name, url))) undo.unshift(() => removeModel(name));
    if (await make(() => createConfig(name))) undo.unshift(() => removeConfig(name));
    const endpoint = { EndpointName, EndpointConfigName: name };
    const { EndpointArn } = before
      ? await sagemaker.send(new UpdateEndpointCommand({ ...endpoint, RetainAllVariantProperties: scales() }))
      : await sagemaker.send(new CreateEndpointCommand({ ...endpoint, Tags: settings.tags }));
    return EndpointArn!;
  } catch (error) {
    // The same deployment at the same time, which was faster.
    const now = await describe(EndpointName).catch(() => undefined);
    if (isOnItsWay(now, name)) return now!.EndpointArn!;
    for (const step of undo) await step().catch(() => {});
    throw refusals(error);
  }
}

async function countEndpoints(): Promise<number> {
  let count = 0;
  for await (const { Endpoints = [] } of paginateListEndpoints(
    { client: sagemaker },
    { NameContains: settings.prefix },
  )) {
    count += Endpoints.filter(({ EndpointName = "" }) => EndpointName.startsWith(settings.prefix)).length;
  }
  return count;
}

/** Whether an endpoint serves by that configuration, or will. */
const isOnItsWay = (endpoint: DescribeEndpointCommandOutput | undefined, config: string): boolean =>
  (endpoint?.PendingDeploymentSummary?.EndpointConfigName ?? endpoint?.EndpointConfigName) === config;

/** Whether the number of machines is what the load has made it, not what the configuration says. */
const scales = (): boolean => "maxInstances" in settings.serving && settings.serving.maxInstances > 1;

async function describe(EndpointName: string): Promise<DescribeEndpointCommandOutput | undefined> {
  try {
    return await sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** @returns false when there was one of that name already. */
async function make(create: () => Promise<unknown>): Promise<boolean> {
  try {
    await create();
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    throw error;
  }
}

const createModel = (ModelName: string, ModelDataUrl: string) =>
  sagemaker.send(
    new CreateModelCommand({
      ModelName,
      ExecutionRoleArn: settings.executionRoleArn,
      PrimaryContainer: { Image: settings.image, ModelDataUrl },
      // Serving needs no network; serverless inference knows no isolation.
      EnableNetworkIsolation: !("serverless" in settings.serving),
      Tags: settings.tags,
    }),
  );

function createConfig(EndpointConfigName: string) {
  const { serving, keyArn } = settings;
  const capacity =
    "serverless" in serving
      ? {
          ServerlessConfig: {
            MemorySizeInMB: serving.serverless.memoryMb,
            MaxConcurrency: serving.serverless.maxConcurrency,
          },
        }
      : { InstanceType: serving.instanceType as "ml.t2.medium", InitialInstanceCount: serving.instanceCount };
  return sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName,
      ProductionVariants: [{ VariantName: "variant-1", ModelName: EndpointConfigName, ...capacity }],
      // Serverless inference has no disk of ours.
      ...(keyArn && !("serverless" in serving) && { KmsKeyId: keyArn }),
      Tags: settings.tags,
    }),
  );
}
