import { PolicyPack, type PolicyResource, type StackValidationPolicy } from "@pulumi/policy";
import { rules } from "./check.ts";
import type { Resource, Rule, StackFacts } from "./rule.ts";
import { readStackFacts } from "./stackFacts.ts";

/** `pulumi preview --policy-pack policy`: every rule, over every resource of the stack, mandatory. */
new PolicyPack("data-science-platform", { enforcementLevel: "mandatory", policies: rules.map(asPolicy) });

function asPolicy(rule: Rule): StackValidationPolicy {
  return {
    name: rule.name,
    description: `${rule.description} (${rule.ids.join(", ")})`,
    validateStack: ({ resources }, report) => {
      for (const resource of resources.filter(({ type }) => rule.types.includes(type))) {
        for (const message of rule.check(asResource(resource), factsOf(resource.urn))) report(message, resource.urn);
      }
    },
  };
}

const known = new Map<string, StackFacts>();

function factsOf(urn: string): StackFacts {
  const stack = urn.split("::")[0]!.replace("urn:pulumi:", "");
  const facts = known.get(stack) ?? readStackFacts(stack);
  known.set(stack, facts);
  return facts;
}

function asResource(resource: PolicyResource): Resource {
  const { type, name, props, opts, propertyDependencies } = resource;
  return {
    type,
    name,
    props,
    protect: opts.protect,
    sources: Object.fromEntries(
      Object.entries(propertyDependencies ?? {}).map(([key, sources]) => [
        key,
        sources.map((source) => ({ type: source.type, name: source.name, props: source.props })),
      ]),
    ),
  };
}
