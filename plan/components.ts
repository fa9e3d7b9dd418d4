/** To which component of the program a resource belongs. */
import type { PlannedResource } from "./stacks.ts";

/** For resources that the program makes without a component. */
export const ownResources = "the program's own";

/**
 * @param resources of a stack, components among them.
 * @returns by URN the outermost component: `whodis (ApiWithLambdas)`.
 */
export function componentsOf(resources: PlannedResource[]): (urn: string) => string {
  const byUrn = new Map(resources.map((one) => [one.urn, one]));
  return (urn) => {
    let outermost: PlannedResource | undefined;
    for (let at = byUrn.get(urn)?.parent; at; at = byUrn.get(at)?.parent) {
      const parent = byUrn.get(at);
      if (!parent || parent.type === "pulumi:pulumi:Stack") break;
      outermost = parent;
    }
    return outermost ? `${outermost.name} (${outermost.type.split(":").at(-1)})` : ownResources;
  };
}
