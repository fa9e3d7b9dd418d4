import { Failure } from "../lib/failure.ts";
import type { Stack } from "../lib/stack.ts";

/** A resource of a stack, as `pulumi stack export` has it. */
export interface Standing {
  urn: string;
  type: string;
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  protect?: boolean;
}

/** The Pulumi CLI on one stack. */
export interface StackCli {
  /** Runs a command that says something. @throws {Failure} in the CLI's words. */
  ask(...args: string[]): Promise<string>;
  /** Destroys the stack. @throws {Failure} */
  destroy(): Promise<void>;
}

/** A stack that is taken down. */
export interface Doomed {
  name: string;
  client: Stack["client"];
  cli: StackCli;
  resources: Standing[];
}

/** Reads what the stack has now. @throws {Failure} where there is none, or the CLI says no. */
export async function readDoomed(name: string, client: Stack["client"], cli: StackCli): Promise<Doomed> {
  const text = await cli.ask("stack", "export");
  return { name, client, cli, resources: resourcesOf(text) };
}

function resourcesOf(text: string): Standing[] {
  let given: { deployment?: { resources?: (Partial<Standing> & { urn: string; type: string })[] } };
  try {
    given = JSON.parse(text);
  } catch {
    throw new Failure(`pulumi stack export did not print a stack: ${text.slice(0, 80)}`);
  }
  return (given.deployment?.resources ?? []).map(({ id = "", inputs = {}, outputs = {}, ...rest }) => ({
    ...rest,
    id,
    inputs,
    outputs,
  }));
}

/** Resources of a type. */
export const ofType = ({ resources }: Doomed, type: string): Standing[] =>
  resources.filter((one) => one.type === type && one.id !== "");

/** As the program calls it. */
export const nameOf = ({ urn }: Standing): string => urn.split("::").slice(3).join("::");
