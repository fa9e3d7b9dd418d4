import { type CustomResourceOptions, dynamic, type Input } from "@pulumi/pulumi";
import { provider } from "./shiftProvider.ts";

/** A hook, as far as whoever waits for it must know it. */
export interface HookFacts {
  functionName: Input<string>;
  /** Seconds after which Lambda ends it. */
  timeout: Input<number>;
  logGroup: Input<string>;
}

export interface TrafficShiftArgs {
  functionName: Input<string>;
  functionArn: Input<string>;
  alias: Input<string>;
  /** The published version that is to have all traffic. */
  version: Input<string>;
  /** The kind of shift, for people. */
  type: string;
  /** How long it is planned to take. */
  minutes: number;
  application: Input<string>;
  group: Input<string>;
  beforeAllowTraffic?: HookFacts;
  afterAllowTraffic?: HookFacts;
}

/**
 * Where the alias points: making or changing it is a deployment of CodeDeploy, which is waited for. One that fails leaves
 * the resource as it was, so that the next `up` tries again.
 */
export class TrafficShift extends dynamic.Resource {
  constructor(name: string, args: TrafficShiftArgs, opts?: CustomResourceOptions) {
    super(provider, name, { ...args }, opts, "dsp", "TrafficShift");
  }
}
