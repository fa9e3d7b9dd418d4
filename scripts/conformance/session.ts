import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Failure } from "../lib/failure.ts";
import type { Stack } from "../lib/stack.ts";
import { makeApplication } from "./application.ts";
import { clientOf, type LocalCloud, reachable, startCloud } from "./cloud.ts";
import { contentsOf, makeDefaults } from "./contents.ts";
import { describe } from "./events.ts";
import type { Judges } from "./judges.ts";
import { type Outcome, Pulumi } from "./pulumi.ts";
import { stackName, Workspace } from "./workspace.ts";

/** What every stack here is configured with. awsx would build an image; its provider is a download of its own. */
const initial = {
  recommenderImageUri: "000000000000.dkr.ecr.eu-west-1.amazonaws.com/recommender:1",
  gradualDeployment: true,
  // A function in Python among those in TypeScript: what the program makes of it is held against the real tools as well.
  ...(spawnSync("python3", ["--version"]).status === 0 && { recommenderLanguage: "python" }),
};

/** A copy of the program, and the CLI on its stack, wherever that is. The parts follow one another on it. */
export interface Deployment {
  workspace: Workspace;
  /** On the program's stack; once `bootstrap/` is there, as its deploy role. */
  pulumi: Pulumi;
  /** Whether it is in an account of AWS, which takes no made-up principals. */
  real: boolean;
  /** File for what `up` has made. */
  exportTo?: string | undefined;
  /** Seconds of a command, by what it is called in the comparison at the end. */
  seconds: Map<string, number>;
  /** What is deployed, as the scripts see a stack. Its URLs answer from here. */
  stack(): Promise<Stack>;
}

/** One run on this machine: a cloud of its own besides. */
export interface Session extends Deployment {
  cloud: LocalCloud;
  /** The policy that `bootstrap/` bounds the program's roles by; none before it. */
  boundaryArn?: string;
  /** On the stack of `bootstrap/`. */
  bootstrap: Pulumi;
  environment: NodeJS.ProcessEnv;
  /** What the cloud held before anything was deployed: an account is never quite empty. */
  contents: Set<string>;
  judges: Judges;
  /** Whether of the recorded answers only a sample is asked for. */
  sample: boolean;
  /** Ends the cloud. @param keep whether the workspace stays. Default false. */
  close(keep?: boolean): Promise<void>;
}

export async function openSession(
  judges: Judges,
  options: { program?: string; export?: string; sample?: boolean },
): Promise<Session> {
  const workspace = new Workspace(options.program);
  let cloud: LocalCloud | undefined;
  const close = async (keep = false) => {
    await cloud?.stop();
    if (!keep) workspace.drop();
  };
  try {
    workspace.configure(initial);
    cloud = await startCloud(join(workspace.folder, "cloud"));
    await makeDefaults(clientOf(cloud));
    workspace.configure({ jobApplicationArn: await makeApplication(cloud) });
    const environment = workspace.environment(judges.pulumi ?? "", cloud);
    const logs = join(workspace.folder, "logs");
    const pulumi = new Pulumi({ folder: workspace.program, stack: stackName, environment, logs });
    const folder = join(workspace.program, "bootstrap");
    const bootstrap = new Pulumi({ folder, stack: cloud.region, environment, logs });
    const contents = contentsOf(cloud.stateDirectory);
    return {
      workspace,
      cloud,
      pulumi,
      bootstrap,
      environment,
      contents,
      judges,
      sample: options.sample ?? false,
      real: false,
      exportTo: options.export,
      seconds: new Map(),
      stack: () => readStack(pulumi, cloud!),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readStack(pulumi: Pulumi, cloud: LocalCloud): Promise<Stack> {
  const outputs = JSON.parse(await pulumi.text("stack", "output", "--json"));
  return {
    // Not `local`: what the scripts do for that one alone, they do for no stack of the CLI.
    name: "conformance",
    outputs: reachable(outputs, cloud),
    client: clientOf(cloud),
  };
}

/** What leads the CLI to the state bucket of `bootstrap/`. The URL alone says the region. */
export async function stateBackend({ bootstrap }: Session): Promise<NodeJS.ProcessEnv> {
  const url = await bootstrap.text("stack", "output", "stateBucketUrl");
  return { PULUMI_BACKEND_URL: `${url}&s3ForcePathStyle=true`, AWS_REGION: undefined };
}

/** @throws {Failure} that names each resource and property that is not as it was. */
export function expectNoChanges(what: string, { changes }: Outcome): void {
  if (changes.length > 0) throw new Failure(`${what} changes what is to stay:\n${changes.map(describe).join("\n")}`);
}

/** `276 create, 2 update` */
export function counted({ changes }: Outcome): string {
  const counts = Object.groupBy(changes, ({ op }) => op);
  const parts = Object.entries(counts).map(([op, of = []]) => `${of.length} ${op}`);
  return parts.join(", ") || "nothing changes";
}
