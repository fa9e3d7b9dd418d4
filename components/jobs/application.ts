import { Application } from "@pulumi/aws/emrserverless";
import { type Output, output, type Resource } from "@pulumi/pulumi";
import { shorten, stackWide } from "../naming.ts";
import { createOutwardGroup } from "../network.ts";
import type { SparkJobsArgs } from "./args.ts";

/** What runs are of. */
export interface SparkApplication {
  id: Output<string>;
  arn: Output<string>;
  /** Where the stack makes it. */
  resource?: Application;
}

/** What an application's ARN looks like. */
export const applicationArn = /^arn:aws:emr-serverless:[a-z0-9-]+:\d{12}:\/applications\/([0-9a-z]{1,64})$/;

/** The one that is given, or one of the stack's own. */
export function sparkApplication(name: string, args: SparkJobsArgs, parent: Resource): SparkApplication {
  if (args.applicationArn !== undefined) {
    const [arn = "", id = ""] = applicationArn.exec(args.applicationArn) ?? [];
    return { id: output(id), arn: output(arn) };
  }
  const resource = createApplication(name, args, parent);
  return { id: resource.id, arn: resource.arn, resource };
}

/**
 * The Spark application: it starts with the first run, stops after the last, and costs nothing in between. Its capacity
 * ends what a mistake may cost.
 */
function createApplication(name: string, args: SparkJobsArgs, parent: Resource): Application {
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
