/** Applications of EMR Serverless. Their job runs are not resources: programs, schedules and people start them. */
import type { Application, CreateApplicationRequest } from "@aws-sdk/client-emr-serverless";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import { ifThere } from "./missing.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges } from "./tags.ts";
import { until } from "./waiting.ts";

export const emrServerlessResources: ServiceResources = (cloud) => ({ types: [application(cloud)] });

const service = "emr-serverless";

function application(cloud: Cloud): ResourceType {
  const get = async (applicationId: string): Promise<Application | undefined> => {
    const asked = cloud.call<{ application: Application }>(service, "GetApplication", { applicationId });
    const found = await ifThere(asked);
    return found?.application.state === "TERMINATED" ? undefined : found?.application;
  };
  const made = ({ applicationId, arn, architecture }: Application, inputs: Properties): Made => ({
    id: applicationId!,
    outputs: { architecture, ...inputs, arn, region: cloud.region },
  });

  return {
    type: "aws:emrserverless/application:Application",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/emrserverless/application/",
    required: ["releaseLabel", "type"],
    properties: [
      ...["name", "releaseLabel", "type", "autoStartConfiguration", "autoStopConfiguration", "initialCapacities"],
      ...["maximumCapacity", "monitoringConfiguration", "runtimeConfigurations", "schedulerConfiguration"],
    ],
    inert: [
      ...["architecture", "imageConfiguration", "interactiveConfiguration", "jobLevelCostAllocationConfiguration"],
      "networkConfiguration",
    ],
    enums: { architecture: ["ARM64", "X86_64"] },
    replaces: ["name", "type"],
    autoname: { property: "name", max: 64, pattern: /^[A-Za-z0-9._/#-]+$/ },
    taggable: true,
    async create(inputs) {
      const { applicationId } = await cloud.call<{ applicationId: string }>(service, "CreateApplication", {
        name: inputs.name,
        type: inputs.type,
        ...settings(inputs),
        tags: inputs.tagsAll,
      });
      const found = await until(
        () => get(applicationId),
        (one) => one?.state !== "CREATING",
      );
      return made(found as Application, inputs);
    },
    async update(id, before, after) {
      const applicationId = id;
      const changed = await cloud.call<{ application: Application }>(service, "UpdateApplication", {
        applicationId,
        ...settings(after),
      });
      const { put: tags, remove: tagKeys } = tagChanges(before.tagsAll, after.tagsAll);
      const resourceArn = changed.application.arn;
      if (tagKeys.length > 0) await cloud.call(service, "UntagResource", { resourceArn, tagKeys });
      if (Object.keys(tags).length > 0) await cloud.call(service, "TagResource", { resourceArn, tags });
      return made(changed.application, after);
    },
    // One that is started cannot be deleted, here as on AWS.
    async delete(applicationId) {
      if (await get(applicationId)) await cloud.call(service, "DeleteApplication", { applicationId });
    },
    async read(id, { previous }) {
      const found = await get(id);
      if (!found) return undefined;
      const { name, type, releaseLabel, tags } = found;
      return made(found, { ...previous?.inputs, name, type: type!.toLowerCase(), releaseLabel, tags, tagsAll: tags });
    },
  };
}

/** What may change, in the API's words. */
function settings(inputs: Properties): Partial<CreateApplicationRequest> {
  const capacities = (inputs.initialCapacities ?? []) as {
    initialCapacityType: string;
    initialCapacityConfig?: { workerCount: number; workerConfiguration?: { cpu: string; memory: string } };
  }[];
  return {
    releaseLabel: inputs.releaseLabel,
    architecture: inputs.architecture,
    autoStartConfiguration: inputs.autoStartConfiguration,
    autoStopConfiguration: inputs.autoStopConfiguration,
    imageConfiguration: inputs.imageConfiguration,
    interactiveConfiguration: inputs.interactiveConfiguration,
    jobLevelCostAllocationConfiguration: inputs.jobLevelCostAllocationConfiguration,
    maximumCapacity: inputs.maximumCapacity,
    monitoringConfiguration: monitoring(inputs.monitoringConfiguration as Properties | undefined),
    networkConfiguration: inputs.networkConfiguration,
    runtimeConfiguration: inputs.runtimeConfigurations,
    schedulerConfiguration: inputs.schedulerConfiguration,
    ...(capacities.length > 0 && {
      initialCapacity: Object.fromEntries(
        capacities.map(({ initialCapacityType, initialCapacityConfig }) => [
          initialCapacityType,
          initialCapacityConfig,
        ]),
      ),
    }),
  } as Partial<CreateApplicationRequest>;
}

function monitoring(given: Properties | undefined): Properties | undefined {
  if (!given) return undefined;
  const { cloudwatchLoggingConfiguration: logging, ...rest } = given;
  if (!logging) return rest;
  const { logTypes, ...more } = logging as Properties;
  const types = (logTypes as { name: string; values: string[] }[] | undefined)?.map(({ name, values }) => [
    name,
    values,
  ]);
  return {
    ...rest,
    cloudWatchLoggingConfiguration: { ...more, ...(types && { logTypes: Object.fromEntries(types) }) },
  };
}
