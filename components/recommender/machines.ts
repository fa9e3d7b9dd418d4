import { integerBetween, matches, oneOf, type Rule } from "../validation.ts";
import type { ServingArgs, TrainingArgs } from "./args.ts";

const instanceType = (field: string, value: unknown): Rule =>
  matches(field, value, /^ml\.[a-z0-9-]+\.[a-z0-9]+$/, "a machine of SageMaker, such as ml.m5.large");

export const trainingRules = ({ instanceType: type, volume, maximumSeconds, maximumJobs }: TrainingArgs): Rule[] => [
  instanceType("training.instanceType", type),
  integerBetween("training.volume", volume, 1, 16_384),
  integerBetween("training.maximumSeconds", maximumSeconds, 60, 2_419_200),
  integerBetween("training.maximumJobs", maximumJobs, 1, 100),
];

/** https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html */
export function servingRules(serving: ServingArgs): Rule[] {
  if (serving.serverless) {
    const { memory, maximumConcurrency } = serving.serverless;
    return [
      oneOf("serving.serverless.memory", memory, [1_024, 2_048, 3_072, 4_096, 5_120, 6_144]),
      integerBetween("serving.serverless.maximumConcurrency", maximumConcurrency, 1, 200),
    ];
  }
  const { instanceType: type, instances = 1, maximumInstances = instances, callsPerInstance } = serving;
  return [
    instanceType("serving.instanceType", type),
    integerBetween("serving.instances", instances, 1, 100),
    integerBetween("serving.maximumInstances", maximumInstances, instances, 100),
    integerBetween("serving.callsPerInstance", callsPerInstance, 1, 1_000_000),
    {
      // https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html
      ok: maximumInstances <= instances || !/^ml\.t/.test(type ?? defaultInstance),
      field: "serving.maximumInstances",
      value: maximumInstances,
      allowed: `${instances} with ${type ?? defaultInstance}: burstable machines are not scaled, ml.m5.large is`,
    },
  ];
}

const defaultInstance = "ml.t2.medium";

/** As the functions read it. */
export const trainingSettings = (training: TrainingArgs): string =>
  JSON.stringify({
    instanceType: training.instanceType ?? "ml.m5.xlarge",
    instanceCount: 1,
    volumeGb: training.volume ?? 10,
    maxSeconds: training.maximumSeconds ?? 10_000,
    maximumJobs: training.maximumJobs ?? 10,
    hyperparameters: training.hyperparameters ?? {},
  });

export function servingSettings(serving: ServingArgs): string {
  if (serving.serverless) {
    const { memory = 2_048, maximumConcurrency = 5 } = serving.serverless;
    return JSON.stringify({ serverless: { memoryMb: memory, maxConcurrency: maximumConcurrency } });
  }
  const { instanceType: type = defaultInstance, instances = 1, maximumInstances = instances } = serving;
  const { callsPerInstance = 600 } = serving;
  return JSON.stringify({
    instanceType: type,
    instanceCount: instances,
    maxInstances: maximumInstances,
    callsPerInstance,
  });
}

/** Whether endpoints are scaled. */
export const isScaled = (serving: ServingArgs): boolean =>
  !serving.serverless && (serving.maximumInstances ?? 0) > (serving.instances ?? 1);
