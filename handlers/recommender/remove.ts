import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  type EndpointStatus,
  paginateListEndpointConfigs,
  paginateListModels,
} from "@aws-sdk/client-sagemaker";
import { sagemaker } from "./clients.ts";
import { isMissing } from "./names.ts";

/** Deletes; what is gone already is well. @returns whether there was something. */
async function gone(remove: () => Promise<unknown>): Promise<boolean> {
  try {
    await remove();
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

export const removeConfig = (EndpointConfigName: string): Promise<boolean> =>
  gone(() => sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName })));

export const removeModel = (ModelName: string): Promise<boolean> =>
  gone(() => sagemaker.send(new DeleteModelCommand({ ModelName })));

/**
 * An endpoint with every configuration and model that was made for it.
 * @returns what the endpoint was before: `undefined` when there was none; `Creating` and the like when it cannot be removed
 * yet, for SageMaker lets no change be interrupted.
 */
export async function removeEndpoint(EndpointName: string): Promise<EndpointStatus | undefined> {
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName })).catch((error) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  const status = endpoint?.EndpointStatus;
  if (isRemovable(status)) await gone(() => sagemaker.send(new DeleteEndpointCommand({ EndpointName })));
  else if (status && status !== "Deleting") return status;
  await removeConfigs(EndpointName);
  return status;
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html#API_DescribeEndpoint_ResponseSyntax */
const removable = new Set<string | undefined>(["InService", "Failed", "OutOfService", "UpdateRollbackFailed"]);
export const isRemovable = (status: string | undefined): boolean => removable.has(status);

/**
 * An endpoint's configurations and their models, named alike. One that is in use has to stay: an update that fails goes
 * back to it. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html
 * @param kept names of those that stay.
 */
export async function removeConfigs(endpoint: string, kept: (string | undefined)[] = []): Promise<void> {
  for (const name of await configsOf(endpoint)) {
    if (kept.includes(name)) continue;
    await removeConfig(name);
    await removeModel(name);
  }
}

/** Names of what belongs to an endpoint: `ENDPOINT-<hash>`; another endpoint's may begin likewise, and end otherwise. */
const configsOf = (endpoint: string): Promise<Set<string>> =>
  namesOfConfigs(
    endpoint,
    (name) => name.startsWith(`${endpoint}-`) && /^[0-9a-f]{8}$/.test(name.slice(endpoint.length + 1)),
  );

/** Every configuration and model whose name begins so. */
export async function removeConfigsBelow(prefix: string): Promise<void> {
  for (const name of await namesOfConfigs(prefix, (found) => found.startsWith(prefix))) {
    await removeConfig(name);
    await removeModel(name);
  }
}

/** Names of configurations and of models: one that was killed may have made but the latter. */
async function namesOfConfigs(NameContains: string, wanted: (name: string) => boolean): Promise<Set<string>> {
  const names = new Set<string>();
  const keep = (name: string | undefined) => {
    if (name !== undefined && wanted(name)) names.add(name);
  };
  for await (const page of paginateListEndpointConfigs({ client: sagemaker }, { NameContains })) {
    for (const { EndpointConfigName } of page.EndpointConfigs ?? []) keep(EndpointConfigName);
  }
  for await (const page of paginateListModels({ client: sagemaker }, { NameContains })) {
    for (const { ModelName } of page.Models ?? []) keep(ModelName);
  }
  return names;
}
