/** What EMR Serverless stores of applications and job runs. */
import type { CreateApplicationRequest, JobRunState, StartJobRunRequest } from "@aws-sdk/client-emr-serverless";

export type ApplicationState = "CREATING" | "CREATED" | "STARTING" | "STARTED" | "STOPPING" | "STOPPED" | "TERMINATED";

export interface Application {
  id: string;
  /** As it was created, and updated since; tags are stored separately. */
  input: Omit<CreateApplicationRequest, "clientToken" | "tags">;
  state: ApplicationState;
  stateDetails?: string;
  /** Milliseconds since 1970. */
  created: number;
  updated: number;
}

export interface Attempt {
  number: number;
  state: JobRunState;
  details: string;
  created: number;
  updated: number;
}

export interface JobRun {
  application: string;
  id: string;
  /** As it was started; tags are stored separately. */
  input: Omit<StartJobRunRequest, "clientToken" | "tags">;
  createdBy: string;
  releaseLabel: string;
  type: string;
  state: JobRunState;
  details: string;
  created: number;
  updated: number;
  /** When its driver started, and when it was over. */
  started?: number;
  ended?: number;
  /** The last is the one that runs; its state is the run's. */
  attempts: Attempt[];
  /** vCPU and bytes that it holds while it runs. */
  resources?: { cpu: number; memory: number };
}

export const isOver = (state: JobRunState): boolean => /^(SUCCESS|FAILED|CANCELLED)$/.test(state);

/** What the request with a client token created: a repeat of it creates nothing. */
export interface Token {
  request: string;
  id: string;
}
