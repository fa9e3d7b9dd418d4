/** All that is to be known of a change before it is made. */
import { type AccessChange, accessBetween } from "./access.ts";
import { componentsOf } from "./components.ts";
import { type Cost, costBetween, costOf } from "./cost.ts";
import { losesData } from "./data.ts";
import { exposureBetween } from "./exposure.ts";
import { grantsOf } from "./grants.ts";
import { type Change, labelOf, type PlannedResource, type Stacks } from "./stacks.ts";
import type { Usage } from "./usage.ts";

export interface Plan {
  /** Changes that take data with them. */
  losses: Change[];
  /** Every change, by component. */
  components: { name: string; changes: Change[] }[];
  access: AccessChange & {
    /** Policies that say nothing before they are made. */
    unknown: number;
  };
  exposure: { gained: string[]; lost: string[] };
  cost: { before: Cost; after: Cost; usd: number; lines: { resource: string; usd: number }[] };
}

export function planOf({ before, after, changes }: Stacks, usage: Usage): Plan {
  const componentOf = componentsOf([...before, ...after]);
  const groups = Map.groupBy(changes, ({ resource }) => componentOf(resource.urn));
  const [was, is] = [grantsOf(before), grantsOf(after)];
  const cost = { before: costOf(before, usage), after: costOf(after, usage) };
  return {
    losses: changes.filter(losesData),
    components: [...groups]
      .map(([name, group]) => ({ name, changes: group }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    access: {
      ...accessBetween(was.grants, is.grants, { before: labelsOf(before), after: labelsOf(after) }),
      unknown: is.unknown,
    },
    exposure: exposureBetween(before, after),
    cost: { ...cost, ...costBetween(cost.before, cost.after) },
  };
}

const labelsOf = (resources: PlannedResource[]): string[] => resources.map(labelOf);
