/** A resource as a rule sees it: the same whether the CLI, the unit tests' mocks or the local engine reports it. */
export interface Resource {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs have the shape of their type, which a rule knows.
  props: Record<string, any>;
  protect?: boolean;
  retainOnDelete?: boolean;
  /** Resources that an input comes from, by the input's name. */
  sources?: Record<string, Resource[]>;
}

/** What a rule may know of the stack besides its resources. */
export interface StackFacts {
  stack: string;
  /** Routes that anyone may call, as `GET /whodis`: config `publicRoutes`. */
  publicRoutes: readonly string[];
}

/** One row of the security rules. */
export interface Rule {
  /** Kebab case, unique: what a report names. */
  name: string;
  description: string;
  /** Ids of the same rule elsewhere: AWS Security Hub, cdk-nag, checkov. */
  ids: readonly string[];
  /** Type tokens that it looks at. */
  types: readonly string[];
  /** @returns a sentence for each violation, beginning with the property's path. */
  check(resource: Resource, facts: StackFacts): string[];
}

/** Stacks in which data is thrown away on purpose. */
export const isThrowAway = (stack: string): boolean => /^(dev|local|test|smoke)/.test(stack);

/** A condition as a rule's answer. */
export const unless = (ok: boolean, violation: string): string[] => (ok ? [] : [violation]);
