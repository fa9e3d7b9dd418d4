/**
 * Kinesis data streams: records in the order of their shards, for as long as a stream retains them.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/
 */
import type { Cloud, Service } from "../../service.ts";
import type { Wakes } from "../../wakes.ts";
import { dataOperations } from "./data.ts";
import { Records } from "./records.ts";
import { settingOperations } from "./settings.ts";
import { streamOperations } from "./streams.ts";

/** @param wakes is rung by a stream's ARN when something is put into it. */
export function createKinesis(cloud: Cloud, wakes: Wakes): Service {
  const records = new Records(cloud);
  return {
    name: "kinesis",
    shapes: () => import("@aws-sdk/client-kinesis"),
    operations: { ...streamOperations(records), ...dataOperations(records, wakes), ...settingOperations(records) },
  };
}
