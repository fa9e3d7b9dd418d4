/** What EventBridge stores. */
import type {
  ApiDestinationHttpMethod,
  ConnectionAuthorizationType,
  ConnectionState,
  CreateConnectionAuthRequestParameters,
  ReplayState,
  Target,
} from "@aws-sdk/client-eventbridge";
import type { PolicyStatement } from "../../service.ts";

export interface BusRecord {
  name: string;
  arn: string;
  description?: string;
  /** ISO date. */
  created: string;
  modified: string;
  statements: PolicyStatement[];
  tags: Record<string, string>;
}

export interface RuleRecord {
  name: string;
  bus: string;
  arn: string;
  /** As text, as it was put. */
  pattern?: string;
  schedule?: string;
  state: "ENABLED" | "DISABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
  description?: string;
  roleArn?: string;
  /** ISO date: where a rate begins. */
  created: string;
  targets: Target[];
  tags: Record<string, string>;
}

/** Events of a bus, kept to be replayed. */
export interface ArchiveRecord {
  name: string;
  arn: string;
  /** ARN of the bus. */
  source: string;
  description?: string;
  /** As text, as it was put; every event without one. */
  pattern?: string;
  /** Days that an event stays; 0: for good. */
  retention: number;
  /** ISO date. */
  created: string;
}

/** A run of an archive's events through the rules of their bus. Times are in milliseconds since 1970. */
export interface ReplayRecord {
  name: string;
  arn: string;
  description?: string;
  archive: string;
  /** ARN of the bus; of rules, when it is for these alone. */
  destination: { arn: string; filters: string[] };
  /** Of events. */
  from: number;
  to: number;
  state: ReplayState;
  reason?: string;
  started: number;
  ended?: number;
  /** Time of the event replayed last. */
  last?: number;
}

/** How EventBridge signs in at an HTTP endpoint. */
export interface ConnectionRecord {
  name: string;
  arn: string;
  description?: string;
  kind: ConnectionAuthorizationType;
  /** With all secrets. */
  auth: CreateConnectionAuthRequestParameters;
  state: ConnectionState;
  secretArn: string;
  /** ISO dates. */
  created: string;
  modified: string;
  authorized?: string;
}

/** An HTTP endpoint that rules have as target. */
export interface DestinationRecord {
  name: string;
  arn: string;
  description?: string;
  connectionArn: string;
  endpoint: string;
  method: ApiDestinationHttpMethod;
  /** Invocations a second. */
  rate: number;
  created: string;
  modified: string;
}
