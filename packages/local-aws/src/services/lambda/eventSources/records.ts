/** What is stored for each event source mapping. */
import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";

export type SourceKind = "dynamodb" | "kinesis" | "sqs";

/** As the API shows it, with times in milliseconds since the epoch. */
export type MappingRecord = Omit<EventSourceMappingConfiguration, "LastModified" | "StartingPositionTimestamp"> & {
  UUID: string;
  EventSourceArn: string;
  /** With the qualifier that was given. */
  FunctionArn: string;
  BatchSize: number;
  MaximumBatchingWindowInSeconds: number;
  State: "Enabled" | "Disabled";
  LastModified: number;
  /** Of `AT_TIMESTAMP`, in milliseconds since the epoch. */
  startingTime?: number;
  tags?: Record<string, string>;
};

/** How far a stream has been processed; `iterator` is where it began, until the first record is done. */
export interface Position {
  sequence?: string;
  iterator?: string;
  /** When it began, in milliseconds since the epoch. */
  since?: number;
  /** A shard that is read to its end. */
  ended?: boolean;
}

export const sourceKind = (arn: string): SourceKind | undefined => {
  const [, , service, , , resource = ""] = arn.split(":");
  if (service === "sqs") return "sqs";
  if (service === "kinesis" && /^stream\/[^/]+$/.test(resource)) return "kinesis";
  return service === "dynamodb" && resource.includes("/stream/") ? "dynamodb" : undefined;
};
