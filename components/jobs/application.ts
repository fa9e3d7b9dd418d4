import { Application } from "@pulumi/aws/emrserverless";
import type { Resource } from "@pulumi/pulumi";
import { shorten, stackWide } from "../naming.ts";
import { createOutwardGroup } from "../network.ts";
import type { SparkJobsArgs } from "./args.ts";

/**
 * The Spark application: it starts with the first run, stops after the last, and costs nothing in between. Its capacity
 * ends what a mistake may cost.
 */
export function createApplication(name: string, args: SparkJobsArgs, parent: Resource): Application {
  const { network } = args;
  const members = `Runs of ${name}`;
  const group = network && createOutwardGroup(`${name}-job`, { members, vpcId: network.vpcId }, parent);
  return new Application(
    name,
    {
      name: shorten(stackWide(name), 64),
      type: "spark",
      releaseLabel: args.releaseLabel ?? "emr-7.5.0",
      architecture: "ARM64",
      maximumCapacity: { cpu: `${args.maximumCpu ?? 8} vCPU`, memory: `${args.maximumMemory ?? 32} GB` },
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: args.autoStopMinutes ?? 15 },
      interactiveConfiguration: { livyEndpointEnabled: args.interactive ?? true, studioEnabled: false },
      ...(network && group && { networkConfiguration: { subnetIds: network.subnetIds, securityGroupIds: [group.id] } }),
    },
    { parent },
  );
}
