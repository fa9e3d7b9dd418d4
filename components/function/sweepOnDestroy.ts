import { Invocation } from "@pulumi/aws/lambda";
import type { Resource } from "@pulumi/pulumi";
import type { NodeFunction } from "../nodeFunction.ts";

/**
 * Calls a function as the stack is destroyed, before anything goes that it, or what it removes, needs: what functions have
 * made as the stack ran would stay otherwise, and bill.
 * @param sweep is called with `{ tf: { action: "delete" } }`, and with other actions that it is to leave alone.
 * @param after what has to be there still.
 */
export function createSweepOnDestroy(
  name: string,
  { sweep, after }: { sweep: NodeFunction; after: Resource[] },
  parent: Resource,
): Invocation {
  return new Invocation(
    `${name}-sweep-on-destroy`,
    { functionName: sweep.function.name, qualifier: sweep.alias.name, lifecycleScope: "CRUD", input: "{}" },
    { parent, dependsOn: [...after, sweep] },
  );
}
