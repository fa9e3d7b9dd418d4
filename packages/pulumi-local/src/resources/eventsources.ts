/** Event source mappings of functions. */
import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import type { Made, Properties } from "../engine/provider.ts";
import type { ServiceResources } from "./resourceType.ts";
import { timeOf } from "./time.ts";

/** Settings that bear the same name in both worlds but for the first letter. */
const plain = [
  "batchSize",
  "bisectBatchOnFunctionError",
  "enabled",
  "functionName",
  "functionResponseTypes",
  "maximumBatchingWindowInSeconds",
  "maximumRecordAgeInSeconds",
  "maximumRetryAttempts",
  "parallelizationFactor",
  "tumblingWindowInSeconds",
];

export const eventSourceResources: ServiceResources = (cloud) => {
  const call = <Output = EventSourceMappingConfiguration>(operation: string, input: object) =>
    cloud.call<Output>("lambda", operation, input);

  const settings = (inputs: Properties): Properties => {
    const { destinationConfig, filterCriteria, scalingConfig } = inputs as {
      destinationConfig?: { onFailure?: { destinationArn: string } };
      filterCriteria?: { filters?: { pattern?: string }[] };
      scalingConfig?: { maximumConcurrency?: number };
    };
    const named = plain.map((name) => [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, inputs[name]]);
    const destination = destinationConfig?.onFailure?.destinationArn;
    return {
      ...Object.fromEntries(named),
      ...(destination && { DestinationConfig: { OnFailure: { Destination: destination } } }),
      ...(filterCriteria && {
        FilterCriteria: { Filters: (filterCriteria.filters ?? []).map(({ pattern }) => ({ Pattern: pattern })) },
      }),
      ...(scalingConfig && { ScalingConfig: { MaximumConcurrency: scalingConfig.maximumConcurrency } }),
    };
  };

  const made = async (uuid: string, inputs: Properties): Promise<Made> => {
    const found = await call("GetEventSourceMapping", { UUID: uuid });
    return {
      id: uuid,
      outputs: {
        ...inputs,
        uuid,
        arn: found.EventSourceMappingArn,
        functionArn: found.FunctionArn,
        batchSize: found.BatchSize,
        lastModified: timeOf(found.LastModified),
        lastProcessingResult: found.LastProcessingResult,
        maximumRecordAgeInSeconds: found.MaximumRecordAgeInSeconds ?? 0,
        maximumRetryAttempts: found.MaximumRetryAttempts ?? 0,
        parallelizationFactor: found.ParallelizationFactor ?? 0,
        state: found.State,
        stateTransitionReason: found.StateTransitionReason,
        region: cloud.region,
      },
    };
  };

  /** What an interrupted run left behind. */
  const leftBehind = async ({ eventSourceArn, functionName }: Properties): Promise<string | undefined> => {
    const input = { EventSourceArn: eventSourceArn, FunctionName: functionName };
    const { EventSourceMappings } = await call<{ EventSourceMappings: EventSourceMappingConfiguration[] }>(
      "ListEventSourceMappings",
      input,
    );
    return EventSourceMappings[0]?.UUID;
  };

  return {
    types: [
      {
        type: "aws:lambda/eventSourceMapping:EventSourceMapping",
        docs: "https://www.pulumi.com/registry/packages/aws/api-docs/lambda/eventsourcemapping/",
        required: ["functionName"],
        requiredHere: ["eventSourceArn"],
        properties: [
          ...plain,
          "destinationConfig",
          "eventSourceArn",
          "filterCriteria",
          "scalingConfig",
          "startingPosition",
        ],
        inert: ["kmsKeyArn", "metricsConfig", "useResourceTimeoutForPropagation"],
        enums: { startingPosition: ["LATEST", "TRIM_HORIZON"], functionResponseTypes: ["ReportBatchItemFailures"] },
        defaults: { enabled: true },
        replaces: ["eventSourceArn", "startingPosition"],
        validate({ eventSourceArn, startingPosition }) {
          const isStream = String(eventSourceArn).startsWith("arn:aws:dynamodb:");
          if (isStream && !startingPosition) {
            return [{ property: "startingPosition", reason: "is required for a stream: LATEST or TRIM_HORIZON" }];
          }
          return [];
        },
        taggable: true,
        async create(inputs, context) {
          const { eventSourceArn: EventSourceArn, startingPosition: StartingPosition, tagsAll: Tags } = inputs;
          const found = context.previous?.id === "" ? await leftBehind(inputs) : undefined;
          if (found) {
            await call("UpdateEventSourceMapping", { UUID: found, ...settings(inputs) });
            return made(found, inputs);
          }
          const input = { ...settings(inputs), EventSourceArn, StartingPosition, Tags };
          const { UUID = "" } = await call("CreateEventSourceMapping", input);
          return made(UUID, inputs);
        },
        async update(UUID, before, after) {
          // What is no longer said goes back to what it was before anybody said it.
          const initial = {
            ...(before.destinationConfig ? { DestinationConfig: { OnFailure: {} } } : {}),
            ...(before.filterCriteria ? { FilterCriteria: { Filters: [] } } : {}),
            ...(before.scalingConfig ? { ScalingConfig: {} } : {}),
            ...(before.functionResponseTypes ? { FunctionResponseTypes: [] } : {}),
          };
          const wanted = Object.entries(settings(after)).filter(([, value]) => value !== undefined);
          await call("UpdateEventSourceMapping", { UUID, ...initial, ...Object.fromEntries(wanted) });
          return made(UUID, after);
        },
        async delete(UUID) {
          await call("DeleteEventSourceMapping", { UUID });
        },
        async read(id, context) {
          const {
            EventSourceArn: eventSourceArn,
            FunctionArn: functionName,
            StartingPosition,
          } = await call("GetEventSourceMapping", { UUID: id });
          const inputs = {
            functionName,
            eventSourceArn,
            ...(StartingPosition && { startingPosition: StartingPosition }),
          };
          return await made(id, { ...inputs, ...context.previous?.inputs });
        },
      },
    ],
  };
};
