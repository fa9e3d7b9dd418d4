import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configOf } from "./config.ts";
import { Failure } from "./failure.ts";
import { localStack } from "./localStack.ts";
import { type Choice, quoted, runningHere, startCommand, stateDirectoryOf } from "./platforms.ts";
import { askPulumi, pulumiCommand } from "./pulumi.ts";

/** A deployed stack, as a script sees it: its outputs, and how to reach its AWS. */
export interface Stack {
  name: string;
  /** In the shape of `pulumi stack output --json`. */
  outputs: Record<string, unknown>;
  /** What every SDK client of this stack is constructed with. */
  client: {
    region: string;
    /** The local cloud's; AWS's own where it is not given. */
    endpoint?: string;
    /** Default: as the SDK finds them. */
    credentials?: { accessKeyId: string; secretAccessKey: string };
    /** Default: AWS_PROFILE. */
    profile?: string;
  };
}

export { localStack };

export const defaultStack = (): string => process.env.PULUMI_STACK ?? localStack;

/** Folder in which the one-machine AWS keeps its state. */
export const stateDirectory = (): string => stateDirectoryOf(chosen);

let chosen: Choice = {};

/** Says which platform of this machine the local stack is: see {@link stateDirectoryOf}. */
export function choosePlatform(choice: Choice): void {
  chosen = choice;
}

/**
 * Reads a stack: `local` from the local state, any other through the Pulumi CLI.
 *
 * @param name default: `PULUMI_STACK`, else `local`.
 * @throws {Failure} when there is no such stack, it has no outputs, or the local cloud never started.
 */
export async function readStack(name = defaultStack()): Promise<Stack> {
  return name === localStack ? readLocal() : readDeployed(name);
}

/**
 * How to reach the AWS that a stack is on, or will be on: enough for what runs before the first `up`.
 * @throws {Failure} when the local cloud never started, or no region is configured.
 */
export function clientOf(name: string): Stack["client"] {
  if (name !== localStack) return clientOnAws(name);
  const directory = stateDirectory();
  const file = join(directory, "endpoint.json");
  if (!existsSync(file)) throw new Failure(`There is no local stack in ${directory} yet${elsewhere(directory)}`);
  const { aws, region } = JSON.parse(readFileSync(file, "utf8")) as { aws: string; region: string };
  // The administrator of the local account; no such account exists on AWS.
  return { region, endpoint: aws, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
}

/** What to do where there is none: it may be that another one is meant. */
function elsewhere(directory: string): string {
  const [running] = runningHere();
  if (!running) return `, and none of this folder runs. Start it: ${startCommand(directory)}`;
  return `. One of this folder runs in ${running.stateDirectory}: --state-dir ${quoted(running.stateDirectory)}`;
}

function clientOnAws(name: string): Stack["client"] {
  const { region, profile, endpoints } = configOf(name);
  if (!region) {
    throw new Failure(
      `Stack "${name}" has no region. Set it: ${pulumiCommand()} config set aws:region eu-west-1 --stack ${name}`,
    );
  }
  // One address for every service is another cloud: a local one.
  const [endpoint, another] = endpoints;
  return { region, ...(profile && { profile }), ...(endpoint && !another && { endpoint }) };
}

function readLocal(): Stack {
  const client = clientOf(localStack);
  const file = join(stateDirectory(), "outputs.json");
  if (!existsSync(file)) throw new Failure("The local stack has not come up yet. See what npm start says.");
  return { name: localStack, outputs: JSON.parse(readFileSync(file, "utf8")), client };
}

async function readDeployed(name: string): Promise<Stack> {
  const outputs = JSON.parse(await askPulumi(["stack", "output", "--json", "--stack", name], name));
  if (Object.keys(outputs).length === 0) {
    throw new Failure(`Stack "${name}" has no outputs. Deploy it: ${pulumiCommand()} up --stack ${name}`);
  }
  return { name, outputs, client: clientOf(name) };
}

/**
 * One output of the stack.
 * @throws {Failure} when the stack does not have it (an older program, or a part that is switched off).
 */
export function output<T = string>(stack: Stack, key: string): T {
  if (stack.outputs[key] === undefined) {
    throw new Failure(`Stack "${stack.name}" has no output "${key}". Deploy the current program, or see: dsp outputs`);
  }
  return stack.outputs[key] as T;
}
