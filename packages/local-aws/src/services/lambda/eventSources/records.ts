/** What is stored for each event source mapping. */
import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";

export type SourceKind = "dynamodb" | "sqs";

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
  tags?: Record<string, string>;
};

/** How far a stream has been processed; `iterator` is where it began, until the first record is done. */
export interface Position {
  sequence?: string;
  iterator?: string;
}

export const sourceKind = (arn: string): SourceKind | undefined => {
  const [, , service, , , resource = ""] = arn.split(":");
  if (service === "sqs") return "sqs";
  return service === "dynamodb" && resource.includes("/stream/") ? "dynamodb" : undefined;
};
