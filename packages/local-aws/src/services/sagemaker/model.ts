/** What SageMaker stores of jobs, models and endpoints. */
import type { CreateTrainingJobCommandInput, ProductionVariant, SecondaryStatus } from "@aws-sdk/client-sagemaker";

export type JobStatus = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";

export interface Transition {
  Status: SecondaryStatus;
  /** Milliseconds since 1970. */
  start: number;
  end?: number;
  StatusMessage?: string;
}

export interface TrainingJob {
  input: CreateTrainingJobCommandInput;
  status: JobStatus;
  created: number;
  modified: number;
  trainingStarted?: number;
  trainingEnded?: number;
  reason?: string;
  transitions: Transition[];
  metrics: { MetricName: string; Value: number; at: number }[];
}

export interface Model {
  name: string;
  image: string;
  modelDataUrl?: string;
  environment?: Record<string, string>;
  roleArn: string;
  /** Network isolation: stored, without effect on a process. */
  isolated?: boolean;
  created: number;
}

export interface EndpointConfig {
  name: string;
  variants: ProductionVariant[];
  created: number;
}

export type EndpointStatus = "Creating" | "InService" | "Updating" | "Deleting" | "Failed";

export interface Endpoint {
  name: string;
  /** The configuration that it serves or is created with. */
  config: string;
  /** What it serves: configuration and models as they were when it came into service. */
  serving?: Deployed;
  /** What it is being updated to. */
  next?: Deployed;
  /** Instances by variant, where it was scaled; here one process stands for all of them. */
  instances?: Record<string, number>;
  status: EndpointStatus;
  created: number;
  modified: number;
  reason?: string;
}

/** SageMaker reads configuration and models once: either may be deleted while the endpoint serves. */
export interface Deployed {
  config: EndpointConfig;
  models: Model[];
}
