import type { CreateTrainingJobCommandInput, ProductionVariant } from "@aws-sdk/client-sagemaker";
import type { Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { Names } from "./names.ts";
import { Notices } from "./notices.ts";

export type JobStatus = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";

export interface Transition {
  Status: string;
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
  /** Network isolation: said, and without effect on a process. */
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
  /** The configuration that it serves, or is created with. */
  config: string;
  /** What it serves: configuration, models and all, as they were when it came into service. */
  serving?: Deployed;
  /** What it is on the way to. */
  next?: Deployed;
  /** Machines by variant, where it was scaled; here one process stands for all of them. */
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

/** All that SageMaker remembers, by name; tags by ARN. */
export class Records {
  readonly jobs: Collection<TrainingJob>;
  readonly models: Collection<Model>;
  readonly configs: Collection<EndpointConfig>;
  readonly endpoints: Collection<Endpoint>;
  readonly tags: Collection<Record<string, string>>;

  readonly #notices: Notices;

  constructor(cloud: Cloud) {
    const { store } = cloud;
    this.#notices = new Notices(cloud, new Names(cloud));
    this.jobs = store.collection("sagemaker.jobs");
    this.models = store.collection("sagemaker.models");
    this.configs = store.collection("sagemaker.configs");
    this.endpoints = store.collection("sagemaker.endpoints");
    this.tags = store.collection("sagemaker.tags");
  }

  /** A change of status is told to EventBridge. */
  putJob(name: string, job: TrainingJob): void {
    const before = this.jobs.get(name)?.status;
    this.jobs.put(name, job);
    if (before !== job.status) this.#notices.job(name, job);
  }

  /** Likewise. */
  putEndpoint(endpoint: Endpoint): void {
    const before = this.endpoints.get(endpoint.name)?.status;
    this.endpoints.put(endpoint.name, endpoint);
    if (before !== endpoint.status) this.#notices.endpoint(endpoint);
  }
}
