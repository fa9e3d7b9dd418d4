import type { Resource } from "../../../policy/rule.ts";
import type { Recorded, Recording } from "../../components/support/record.ts";

/** What the provider's configuration would add to every resource. */
export const defaultTags = { project: "platform", stack: "test", owner: "data-platform", "cost-centre": "42" };

/** A recording as rules see it. */
export function resourcesOf({ all }: Recording): Resource[] {
  const named = new Map(all.map((one) => [`${one.type} ${one.name}`, shallow(one)]));
  const find = (keys: string[]) => keys.flatMap((key) => named.get(key) ?? []);
  return all.map((one) => ({
    ...shallow(one),
    protect: one.protect,
    dependencies: find(one.dependencies),
    sources: Object.fromEntries(Object.entries(one.sources).map(([property, keys]) => [property, find(keys)])),
  }));
}

const shallow = ({ type, name, inputs }: Recorded): Resource => ({ type, name, props: inputs });
