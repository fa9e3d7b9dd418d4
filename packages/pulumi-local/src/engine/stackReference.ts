import { EngineError } from "./events.ts";
import type { Goal } from "./goal.ts";
import type { Properties } from "./provider.ts";
import type { State } from "./state.ts";
import { type StackName, stackReferenceOf } from "./stateFolder.ts";
import type { Registered } from "./steps.ts";
import { containsSecret } from "./values.ts";

export const stackReferenceType = "pulumi:pulumi:StackReference";

/**
 * Outputs of a stack by its name, as Pulumi finds it where states lie in files: `organization/project/stack`, or a stack of
 * the program's own project as `stack`. On one machine there are those that ran on the same state folder.
 * @throws {EngineError} in Pulumi's words.
 */
export async function readStackReference(
  goal: Goal,
  { project, state }: { project: string; state: State },
): Promise<Registered> {
  const given = String(goal.inputs.name ?? goal.name);
  const name = parseStackName(given, project);
  const outputs = typeof name === "string" ? undefined : state.elsewhere(name, (other) => other.stackOutputs());
  if (outputs) return { id: given, outputs: { name: given, outputs, secretOutputNames: secretNames(outputs) } };
  const known = state.stacks().map(stackReferenceOf).join(", ");
  const why = typeof name === "string" ? name : `unknown stack "${given}"; on this machine there is ${known}`;
  throw new EngineError(why, goal.urn, goal.position);
}

/** @returns why it is none. */
function parseStackName(given: string, own: string): StackName | string {
  const [stack = "", ...before] = given.split("/").reverse();
  const [organization, project] = before.length === 1 ? before : before.reverse();
  if (before.length > 2 || stack === "") return "a stack name may not be empty";
  if (organization && organization !== "organization") return "organization name must be 'organization'";
  if (project && !/^[\w.-]+$/.test(project)) {
    return "project names may only contain alphanumerics, hyphens, underscores, and periods";
  }
  const odd = /[^\w.-]/.exec(stack);
  if (odd) {
    const allowed = "alphanumeric, hyphens, underscores, or periods";
    return `a stack name may only contain ${allowed}: invalid character '${odd[0]}' at position ${odd.index}`;
  }
  return { project: project || own, stack };
}

const secretNames = (outputs: Properties): string[] =>
  Object.keys(outputs).filter((key) => containsSecret(outputs[key]));
