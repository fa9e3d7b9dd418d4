/** What the service stores for each function. */
import type {
  AliasConfiguration,
  CodeSigningConfig,
  Cors,
  DestinationConfig,
  FunctionConfiguration,
  FunctionUrlAuthType,
  InvokeMode,
  ProvisionedConcurrencyConfigListItem,
  RecursiveLoop,
} from "@aws-sdk/client-lambda";
import type { PolicyDocument } from "../../service.ts";

export interface FunctionRecord {
  name: string;
  /** Without a qualifier. */
  arn: string;
  /** Number of the next published version; never reused. */
  nextVersion: number;
  tags: Record<string, string>;
  /** Reserved concurrency. */
  reserved?: number;
  /** Whether calls of itself through queues and topics are stopped. Default: they are. */
  recursiveLoop?: RecursiveLoop;
  /** ARN of the code signing configuration. */
  codeSigning?: string;
}

/** `$LATEST` or a published version: configuration and code as they are, or were when it was published. */
export interface VersionRecord {
  /** As the API shows it, without the state, which is the same for every function here. */
  configuration: FunctionConfiguration & { FunctionName: string; Version: string; Role: string; FunctionArn: string };
  /** Name of the unpacked package below the code folder: the SHA-256 of the zip file, in hex. Empty for an image. */
  code: string;
  /** URI of the container image that the function is. */
  image?: string;
  /** Of a published version: the description that `$LATEST` had then. */
  latestDescription?: string;
  /** Changes with every change of code or configuration: environments of an older one are no longer used. */
  generation: string;
}

export interface AliasRecord extends AliasConfiguration {
  Name: string;
  FunctionVersion: string;
}

export interface CodeSigningRecord extends CodeSigningConfig {
  tags: Record<string, string>;
}

export interface EventInvokeConfig {
  MaximumRetryAttempts?: number;
  MaximumEventAgeInSeconds?: number;
  DestinationConfig?: DestinationConfig;
  /** Milliseconds since the epoch. */
  LastModified: number;
}

/** Address of a function or alias. */
export interface UrlRecord {
  id: string;
  AuthType: FunctionUrlAuthType;
  Cors?: Cors;
  InvokeMode?: InvokeMode;
  CreationTime: string;
  LastModifiedTime: string;
}

export interface PolicyRecord {
  revision: string;
  document: PolicyDocument & { Statement: object[] };
}

export interface ProvisionedRecord {
  requested: number;
  lastModified: string;
  item?: ProvisionedConcurrencyConfigListItem;
}

/** An asynchronous request. */
export interface AsyncEvent {
  requestId: string;
  name: string;
  qualifier?: string;
  payload: string;
  trace?: string;
  /** ARN of who asked for it. */
  source?: string;
  /** Milliseconds since the epoch: when it was accepted, and when it is attempted next. */
  received: number;
  due: number;
  /** How often the function has run with it. */
  runs: number;
  /** How often it was throttled since. */
  throttles: number;
}

/** How an asynchronous request ended. */
export type Condition = "Success" | "RetriesExhausted" | "EventAgeExceeded";
