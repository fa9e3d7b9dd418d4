/**
 * ECS, as far as Fargate goes: clusters, task definitions, services, tasks. Containers are local processes: option
 * `images` maps images to commands.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
 */
import type { Images } from "../../containers/images.ts";
import type { Cloud, Service } from "../../service.ts";
import { clusterOperations } from "./clusters.ts";
import { Records } from "./records.ts";
import { Scheduler } from "./scheduler.ts";
import { serviceOperations } from "./services.ts";
import { taskDefinitionOperations } from "./taskDefinitions.ts";
import { taskOperations } from "./tasks.ts";

export interface EcsOptions {
  /** Commands by patterns of image URIs. Default: none, and nothing runs. */
  images?: Images;
  /** Folder that their paths are relative to. Default: where this process was started. */
  workingDirectory?: string;
}

export function createEcs(cloud: Cloud, { images = {}, workingDirectory = process.cwd() }: EcsOptions = {}): Service {
  const records = new Records(cloud);
  const scheduler = new Scheduler(cloud, records, images, workingDirectory);
  return {
    name: "ecs",
    shapes: () => import("@aws-sdk/client-ecs"),
    operations: {
      ...clusterOperations(records, scheduler),
      ...taskDefinitionOperations(records),
      ...serviceOperations(records, scheduler),
      ...taskOperations(records, scheduler),
    },
    async start() {
      scheduler.resume();
    },
    stop: () => scheduler.close(),
  };
}
