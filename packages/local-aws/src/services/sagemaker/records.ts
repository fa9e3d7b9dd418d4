import type { Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import type { Endpoint, EndpointConfig, Model, TrainingJob } from "./model.ts";
import { Names } from "./names.ts";
import { Notices } from "./notices.ts";

/** All that SageMaker stores, by name; tags by ARN. */
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

  /** Status changes are sent to EventBridge. */
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
