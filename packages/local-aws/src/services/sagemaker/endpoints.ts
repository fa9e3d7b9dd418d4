import { tagMap } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import type { Cloud } from "../../service.ts";
import type { Fleet } from "./fleet.ts";
import type { Deployed, Endpoint } from "./model.ts";
import { checkName, date, invalid, type Names, page } from "./names.ts";
import type { Records } from "./records.ts";

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html */
export function endpointOperations(
  cloud: Cloud,
  records: Records,
  names: Names,
  fleet: Fleet,
): Operations<"sagemaker"> {
  /** https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-delete-with-scaling.html */
  const notScaled = (endpoint: string, variant: string | undefined) => {
    const target = {
      ServiceNamespace: "sagemaker" as const,
      ResourceId: `endpoint/${endpoint}/variant/${variant}`,
      ScalableDimension: "sagemaker:variant:DesiredInstanceCount" as const,
    };
    // Most are not scalable targets.
    cloud.call("application-autoscaling", "DeregisterScalableTarget", target).catch(() => {});
  };
  const existing = (name: string): Endpoint => {
    const endpoint = records.endpoints.get(name);
    if (!endpoint) throw names.missing("endpoint", name);
    return endpoint;
  };
  const withConfig = (action: string) => (input: { EndpointName: string; EndpointConfigName: string }) => [
    ...names.on(action, "endpoint", input.EndpointName),
    ...names.on(action, "endpoint-config", input.EndpointConfigName),
  ];
  const deployed = (configName: string): Deployed => {
    const config = records.configs.get(configName);
    if (!config) throw names.missing("endpoint-config", configName);
    const models = config.variants.map(({ ModelName = "" }) => {
      const model = records.models.get(ModelName);
      if (!model) throw names.missing("model", ModelName);
      return model;
    });
    return { config, models };
  };
  const settled = (endpoint: Endpoint, doing: string) => {
    if (/^(InService|Failed)$/.test(endpoint.status)) return;
    throw invalid(`Cannot ${doing} in-progress endpoint "${names.arn("endpoint", endpoint.name)}".`);
  };

  return {
    CreateEndpoint: {
      access: withConfig("CreateEndpoint"),
      run({ EndpointName, EndpointConfigName, Tags }) {
        checkName("endpointName", EndpointName);
        if (records.endpoints.has(EndpointName)) throw names.exists("endpoint", EndpointName);
        const next = deployed(EndpointConfigName);
        const now = Date.now();
        const about = { name: EndpointName, config: EndpointConfigName, created: now, modified: now };
        records.putEndpoint({ ...about, next, status: "Creating" });
        const EndpointArn = names.arn("endpoint", EndpointName);
        records.tags.put(EndpointArn, tagMap(Tags));
        fleet.deploy(EndpointName);
        return { EndpointArn };
      },
    },
    UpdateEndpoint: {
      access: withConfig("UpdateEndpoint"),
      run({ EndpointName, EndpointConfigName, RetainAllVariantProperties }) {
        const { instances, ...endpoint } = existing(EndpointName);
        settled(endpoint, "update");
        if (endpoint.status === "Failed" && !endpoint.serving) {
          throw invalid(`Cannot update endpoint "${names.arn("endpoint", EndpointName)}": it failed to be created.`);
        }
        const next = deployed(EndpointConfigName);
        const retained = RetainAllVariantProperties && instances ? { instances } : {};
        records.putEndpoint({ ...endpoint, ...retained, next, status: "Updating", modified: Date.now() });
        fleet.deploy(EndpointName);
        return { EndpointArn: names.arn("endpoint", EndpointName) };
      },
    },
    DescribeEndpoint: {
      access: ({ EndpointName }) => names.on("DescribeEndpoint", "endpoint", EndpointName),
      run({ EndpointName }) {
        const { config, serving, next, instances = {}, status, created, modified, reason } = existing(EndpointName);
        return {
          EndpointName,
          EndpointArn: names.arn("endpoint", EndpointName),
          EndpointConfigName: config,
          EndpointStatus: status,
          ...(reason && { FailureReason: reason }),
          ...(next && { PendingDeploymentSummary: { EndpointConfigName: next.config.name } }),
          ProductionVariants: serving?.config.variants.map(
            ({ VariantName = "", InitialVariantWeight: weight = 1, InitialInstanceCount: initial = 0 }) => ({
              VariantName,
              CurrentWeight: weight,
              DesiredWeight: weight,
              CurrentInstanceCount: instances[VariantName] ?? initial,
              DesiredInstanceCount: instances[VariantName] ?? initial,
            }),
          ),
          CreationTime: date(created),
          LastModifiedTime: date(modified),
        };
      },
    },
    ListEndpoints: {
      access: () => [{ action: "sagemaker:ListEndpoints", resource: "*" }],
      run(input) {
        const [endpoints, next] = page(records.endpoints.values(), input);
        const Endpoints = endpoints.map(({ name, status, created, modified }) => ({
          EndpointName: name,
          EndpointArn: names.arn("endpoint", name),
          EndpointStatus: status,
          CreationTime: date(created),
          LastModifiedTime: date(modified),
        }));
        return { Endpoints, ...next };
      },
    },
    UpdateEndpointWeightsAndCapacities: {
      access: ({ EndpointName }) => names.on("UpdateEndpointWeightsAndCapacities", "endpoint", EndpointName),
      run({ EndpointName, DesiredWeightsAndCapacities = [] }) {
        const endpoint = existing(EndpointName!);
        settled(endpoint, "update");
        const instances = { ...endpoint.instances };
        for (const { VariantName = "", DesiredInstanceCount } of DesiredWeightsAndCapacities) {
          if (!endpoint.serving?.config.variants.some((one) => one.VariantName === VariantName)) {
            throw invalid(`Could not find variant "${VariantName}" of "${names.arn("endpoint", EndpointName!)}".`);
          }
          if (DesiredInstanceCount !== undefined) instances[VariantName] = DesiredInstanceCount;
        }
        records.putEndpoint({ ...endpoint, instances, modified: Date.now() });
        return { EndpointArn: names.arn("endpoint", EndpointName!) };
      },
    },
    DeleteEndpoint: {
      access: ({ EndpointName }) => names.on("DeleteEndpoint", "endpoint", EndpointName),
      run({ EndpointName }) {
        const endpoint = existing(EndpointName);
        settled(endpoint, "delete");
        records.putEndpoint({ ...endpoint, status: "Deleting", modified: Date.now() });
        for (const { VariantName } of endpoint.serving?.config.variants ?? []) notScaled(EndpointName, VariantName);
        records.tags.delete(names.arn("endpoint", EndpointName));
        fleet.remove(EndpointName);
        return {};
      },
    },
  };
}
