import { EngineError } from "./events.ts";
import type { Goal } from "./goal.ts";
import type { Properties } from "./provider.ts";
import type { State } from "./state.ts";
import type { Registered } from "./steps.ts";
import { containsSecret } from "./values.ts";

export const stackReferenceType = "pulumi:pulumi:StackReference";

/**
 * Outputs of a stack by its name: `organization/project/stack`, as the program says it. On one machine there is the stack
 * that runs and others of the same project that ran on the same state folder.
 * @throws {EngineError} naming the stacks that there are.
 */
export async function readStackReference(
  goal: Goal,
  { project, state }: { project: string; state: State },
): Promise<Registered> {
  const given = String(goal.inputs.name ?? goal.name);
  const [stack, itsProject = project] = given.split("/").reverse();
  const outputs = itsProject === project ? state.elsewhere(stack!, (other) => other.stackOutputs()) : undefined;
  if (!outputs) {
    const known = state.stacks().map((one) => `organization/${project}/${one}`);
    throw new EngineError(
      `there is no stack "${given}" on this machine; there is ${known.join(", ")}`,
      goal.urn,
      goal.position,
    );
  }
  return { id: given, outputs: { name: given, outputs, secretOutputNames: secretNames(outputs) } };
}

const secretNames = (outputs: Properties): string[] =>
  Object.keys(outputs).filter((key) => containsSecret(outputs[key]));
