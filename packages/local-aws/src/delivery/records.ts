/** Deliveries that are pending. */
import type { Target } from "@aws-sdk/client-eventbridge";

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
  /** Only of an event that comes from an archive. */
  "replay-name"?: string;
}

/** One event on its way to one target. */
export interface DeliveryRecord {
  /** What the target gets. */
  body: string;
  target: Target;
  /** ARN of the rule or schedule that sends it. */
  sourceArn: string;
  /** Service whose principal, or whose session of the target's role, delivers. */
  service: "events.amazonaws.com" | "scheduler.amazonaws.com";
  attempts: number;
  /** Milliseconds since 1970: when it was accepted, and when it is attempted next. */
  since: number;
  due: number;
  event?: BusEvent;
  /** For a stream of Kinesis. */
  partitionKey?: string;
  /** Trace header that the target goes on with. */
  trace?: string;
}
