import {
  PolicyPack,
  type PolicyResource,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import { Config, getStack } from "@pulumi/pulumi";
import { rules } from "./check.ts";
import { stackFacts } from "./facts.ts";
import { looksAt, type Resource, type Rule, type StackFacts } from "./rule.ts";

/**
 * `pulumi preview --policy-pack policy`: every rule, over every resource of the stack, mandatory. What only the
 * deployment will know is looked at then: a rule about one resource stops it before it is made.
 */
new PolicyPack("data-science-platform", { enforcementLevel: "mandatory", policies: rules.map(asPolicy) });

/** What the program says of each resource, by URN: the stack is shown with what AWS adds, much of it unknown to a preview. */
const inputs = new Map<string, Resource["props"]>();

function asPolicy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const about = { name: rule.name, description: `${rule.description} (${rule.ids.join(", ")})` };
  if (rule.scope !== "stack") {
    return {
      ...about,
      validateResource: ({ urn, type, name, props, opts }, report) => {
        inputs.set(urn, props);
        const resource = { type, name, props, protect: opts.protect };
        for (const message of violations(rule, resource, factsOf([]))) report(message);
      },
    };
  }
  return {
    ...about,
    validateStack: ({ resources }, report) => {
      const facts = factsOf(resources.map(asResource));
      for (const [index, resource] of facts.resources.entries()) {
        for (const message of violations(rule, resource, facts)) report(message, resources[index]!.urn);
      }
    },
  };
}

function violations(rule: Rule, resource: Resource, facts: StackFacts): string[] {
  if (!looksAt(rule, resource.type)) return [];
  try {
    return rule.check(resource, facts);
  } catch (error) {
    if (error instanceof UnknownValueError) return [];
    throw error;
  }
}

/** The CLI gives a policy pack the stack's configuration as it gives it to the program. */
function factsOf(resources: Resource[]): StackFacts {
  const value = (key: string): string | undefined => {
    const [name = "", namespace] = key.split(":").toReversed();
    return new Config(namespace).get(name);
  };
  return { ...stackFacts(getStack(), value), resources };
}

function asResource(resource: PolicyResource): Resource {
  const { opts, dependencies, propertyDependencies } = resource;
  const shallow = ({ urn, type, name, props }: PolicyResource): Resource => ({
    type,
    name,
    props: inputs.get(urn) ?? props,
  });
  return {
    ...shallow(resource),
    protect: opts.protect,
    dependencies: dependencies.map(shallow),
    sources: Object.fromEntries(
      Object.entries(propertyDependencies).map(([property, sources]) => [property, sources.map(shallow)]),
    ),
  };
}
