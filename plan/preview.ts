/** A plan of a deployed stack: what `pulumi preview --json` says of it. */
import { Failure } from "../scripts/lib/failure.ts";
import { askPulumi } from "../scripts/lib/pulumi.ts";
import { type Change, nameOf, type Operation, type PlannedResource, propertiesBetween, type Stacks } from "./stacks.ts";

/** https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/preview.go */
interface State {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

interface Preview {
  steps?: { op: string; urn: string; oldState?: State; newState?: State }[];
}

/** What each kind of step says of a resource; of a replacement, the CLI lists three. */
const operations: Record<string, Operation> = {
  create: "create",
  delete: "delete",
  replace: "replace",
  update: "update",
};

/** Steps that belong to a replacement, which is listed itself. */
const partial = new Set(["create-replacement", "delete-replaced", "discard-replaced", "remove-pending-replace"]);

/** @throws {Failure} in the CLI's words. */
export async function previewStacks(stack: string): Promise<Stacks> {
  return stacksOf(await askPulumi(["preview", "--json", "--stack", stack], stack));
}

/** @param text what the CLI printed. @throws {Failure} for what is no preview. */
export function stacksOf(text: string): Stacks {
  const steps = parse(text).steps?.filter(({ op }) => !partial.has(op)) ?? [];
  return {
    before: steps.flatMap(({ oldState }) => (oldState ? [resourceOf(oldState)] : [])),
    // What the new state does not tell yet, as the ARN of a function that is updated, stays as it was.
    after: steps.flatMap(({ op, oldState, newState }) =>
      newState && op !== "delete" ? [resourceOf(newState, op === "replace" ? undefined : oldState)] : [],
    ),
    changes: steps.flatMap(({ op, oldState, newState }): Change[] => {
      const [operation, state] = [operations[op], newState ?? oldState];
      if (!operation || !state || state.type === "pulumi:pulumi:Stack") return [];
      const properties =
        operation === "update" || operation === "replace"
          ? propertiesBetween(oldState?.inputs ?? {}, newState?.inputs ?? {})
          : [];
      return [{ operation, resource: resourceOf(state), properties }];
    }),
  };
}

function parse(text: string): Preview {
  try {
    return JSON.parse(text) as Preview;
  } catch {
    throw new Failure(
      `That is no preview: ${text.slice(0, 80).split("\n")[0]}; allowed is what pulumi preview --json prints`,
    );
  }
}

const resourceOf = ({ urn, type, id, parent, inputs = {}, outputs = {} }: State, old?: State): PlannedResource => ({
  urn,
  type,
  name: nameOf(urn),
  ...((id ?? old?.id) !== undefined && { id: id ?? old?.id }),
  ...(parent !== undefined && { parent }),
  inputs,
  outputs: { ...old?.outputs, ...outputs },
});
