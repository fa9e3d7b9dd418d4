/** The maximum capacity of an application, and the share that a run takes. */
import type { MaximumAllowedResources } from "@aws-sdk/client-emr-serverless";
import { capacityOf } from "./applicationInput.ts";
import type { JobRun } from "./model.ts";
import { type SparkSettings, workersOf } from "./sparkSettings.ts";

interface Resources {
  cpu: number;
  /** Bytes. */
  memory: number;
}

export interface Need {
  /** Without it the run cannot begin. */
  driver: Resources;
  /** With as many of its executors as fit, but at least one: here the driver is also the executor. */
  within(room: Resources): Resources;
}

/** @throws Error for an invalid amount of memory. */
export function needOf(settings: SparkSettings): Need {
  const { driver, executor, executors } = workersOf(settings);
  return {
    driver,
    within(room) {
      const fitting = Math.min((room.cpu - driver.cpu) / executor.cpu, (room.memory - driver.memory) / executor.memory);
      const count = Math.max(0, Math.min(executors, Math.floor(fitting)));
      return { cpu: driver.cpu + count * executor.cpu, memory: driver.memory + count * executor.memory };
    },
  };
}

/** What is left of the maximum capacity. */
export function free(maximum: MaximumAllowedResources | undefined, running: JobRun[]): Resources {
  const { cpu, memory } = maximum
    ? capacityOf(maximum)
    : { cpu: Number.POSITIVE_INFINITY, memory: Number.POSITIVE_INFINITY };
  return running.reduce(
    (left, { resources = { cpu: 0, memory: 0 } }) => ({
      cpu: left.cpu - resources.cpu,
      memory: left.memory - resources.memory,
    }),
    { cpu, memory },
  );
}
