import { check } from "./check.ts";
import { stackFacts } from "./facts.ts";
import type { Resource } from "./rule.ts";

/** A resource as the engine that made it describes it. */
interface Made {
  urn: string;
  type: string;
  inputs: Record<string, unknown>;
  protect: boolean;
  /** URNs, as those of the properties. */
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
}

interface Stack {
  project: string;
  stack: string;
  /** By full key. */
  config: Record<string, string>;
  resources: readonly Made[];
}

/**
 * What the policy pack has against a stack that is there, without Pulumi's CLI.
 * @returns a line for each violation: rule, resource, and what is wrong.
 */
export function review({ project, stack, config, resources }: Stack): string[] {
  const shallow = ({ urn, type, inputs }: Made): Resource => ({ type, name: urn.split("::").at(-1)!, props: inputs });
  const byUrn = new Map(resources.map((one) => [one.urn, shallow(one)]));
  const find = (urns: string[]) => urns.flatMap((urn) => byUrn.get(urn) ?? []);
  const seen = resources.map((one) => ({
    ...shallow(one),
    protect: one.protect,
    dependencies: find(one.dependencies),
    sources: Object.fromEntries(
      Object.entries(one.propertyDependencies).map(([property, urns]) => [property, find(urns)]),
    ),
  }));
  const facts = stackFacts(stack, (key) => config[key.includes(":") ? key : `${project}:${key}`]);
  return check(seen, facts).map(({ rule, resource, message }) => `${rule}: ${resource}: ${message}`);
}
