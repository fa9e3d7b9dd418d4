/** What EventBridge remembers. */
import type { Target } from "@aws-sdk/client-eventbridge";
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

/** An event as rules see it and targets get it. */
export interface BusEvent {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  /** ISO date, whole seconds. */
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
}

/** One event on its way to one target. */
export interface DeliveryRecord {
  /** What the target gets. */
  body: string;
  target: Target;
  /** The rule or schedule that sends it. */
  sourceArn: string;
  /** Service whose principal, or whose session of the target's role, delivers. */
  service: "events.amazonaws.com" | "scheduler.amazonaws.com";
  attempts: number;
  /** Milliseconds since 1970: when it came, and when it is tried next. */
  since: number;
  due: number;
  event?: BusEvent;
}
