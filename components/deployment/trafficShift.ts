import { CustomResource, type CustomResourceOptions, type Input } from "@pulumi/pulumi";
import { build } from "esbuild";
import { root } from "../function/cache.ts";

/** A hook, as far as whoever waits for it must know it. */
interface HookFacts {
  functionName: Input<string>;
  /** Seconds after which Lambda ends it. */
  timeout: Input<number>;
  logGroup: Input<string>;
}

interface TrafficShiftArgs {
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
export class TrafficShift extends CustomResource {
  constructor(name: string, args: TrafficShiftArgs, opts?: CustomResourceOptions) {
    super("pulumi-nodejs:dynamic/dsp:TrafficShift", name, { ...args, name, __provider: providerCode() }, opts);
  }
}

let code: Promise<string> | undefined;

/**
 * The code of a dynamic resource is one of its inputs. Pulumi's own serialisation of closures loads the TypeScript
 * compiler, which takes seconds; a bundle is the same text on every machine, and made in milliseconds.
 */
function providerCode(): Promise<string> {
  code ??= build({
    absWorkingDir: root,
    entryPoints: ["components/deployment/shiftProvider.ts"],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["@aws-sdk/*"],
    logLevel: "silent",
    write: false,
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return code;
}
