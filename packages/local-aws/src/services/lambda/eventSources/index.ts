/**
 * Event source mappings: Lambda reads DynamoDB streams and SQS queues for functions, as their roles.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
 */

import type { Cloud, Service } from "../../../service.ts";
import type { Wakes } from "../../../wakes.ts";
import type { LambdaOptions } from "../index.ts";
import { mappingOperations, taggedMapping } from "./operations.ts";
import { Pollers } from "./pollers.ts";
import type { MappingRecord } from "./records.ts";

/**
 * Lambda with mappings: their operations are part of its API, and they read only while it runs.
 * @param create makes the Lambda service with these parts.
 */
export function withEventSources(
  cloud: Cloud,
  wakes: Wakes,
  create: (parts: Pick<LambdaOptions, "operations" | "tagged">) => Service,
): Service {
  const mappings = cloud.store.collection<MappingRecord>("lambda.eventSourceMappings");
  const pollers = new Pollers(cloud, wakes, mappings, cloud.store.collection("lambda.streamPositions"));
  const lambda = create({
    operations: mappingOperations(cloud, mappings, pollers),
    tagged: taggedMapping(mappings),
  });
  return {
    ...lambda,
    async start() {
      await lambda.start?.();
      pollers.start();
    },
    async stop() {
      await pollers.stop();
      await lambda.stop?.();
    },
  };
}
