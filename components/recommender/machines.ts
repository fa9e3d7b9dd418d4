import { integerBetween, matches, oneOf, type Rule } from "../validation.ts";

/** The machine of a training job. */
export interface TrainingArgs {
  /** @default "ml.m5.xlarge" */
  instanceType?: string;
  /**
   * Disk in GB, 1 to 16,384.
   * @default 10
   */
  volume?: number;
  /**
   * Seconds after which a job is stopped, 60 to 2,419,200.
   * @default 10000
   */
  maximumSeconds?: number;
  /**
   * Jobs of this stack that may run at one time, 1 to 100; one more is refused, so that a mistake in a query costs no fortune.
   * @default 10
   */
  maximumJobs?: number;
  /**
   * What the container takes beside the tables' names.
   * @default {}: the container's own
   * @example { factors: "50", epochs: "30" }
   */
  hyperparameters?: Record<string, string>;
}

/** What serves a model: machines, as many as its callers need, or capacity by the call. */
export type ServingArgs = MachineArgs | { serverless: ServerlessArgs };

export interface MachineArgs {
  serverless?: never;
  /** @default "ml.t2.medium" */
  instanceType?: string;
  /**
   * Machines of an endpoint, and the fewest that it is scaled to.
   * @default 1
   */
  instances?: number;
  /**
   * The most machines that an endpoint is scaled to. Burstable ones (ml.t2) cannot be scaled.
   * @default as many as `instances`: it is not scaled
   */
  maximumInstances?: number;
  /**
   * Calls a minute and machine that scaling aims at.
   * @default 600
   */
  callsPerInstance?: number;
}

export interface ServerlessArgs {
  /**
   * MB, in steps of 1,024 up to 6,144.
   * @default 2048
   */
  memory?: number;
  /**
   * Calls at one time, 1 to 200.
   * @default 5
   */
  maximumConcurrency?: number;
}

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
