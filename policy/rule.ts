/** A resource as a rule sees it: the same whether the CLI, the unit tests' mocks or the local engine reports it. */
export interface Resource {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs have the shape of their type, which a rule knows.
  props: Record<string, any>;
  protect?: boolean;
  /** Resources that must be there before it. */
  dependencies?: Resource[];
  /** Resources that an input comes from, by the input's name. */
  sources?: Record<string, Resource[]>;
}

/** What a rule may know of the stack, beyond one resource. */
export interface StackFacts {
  stack: string;
  /** Routes that anyone may call, each with its API's name, as `whodis GET /whodis`: config `publicRoutes`. */
  publicRoutes: readonly string[];
  /** Key that log groups are encrypted with: config `logKeyArn`. */
  logKeyArn?: string;
  /** Accounts that the stack may be in: config `aws:allowedAccountIds`; any, where it does not say. */
  accounts?: readonly string[];
  /** Whether models and notebooks may reach the internet directly: config `sageMakerInternet`. @default false */
  sageMakerInternet?: boolean;
  /** Key that volumes of notebooks and endpoints are encrypted with: config `sageMakerKeyArn`. */
  sageMakerKeyArn?: string;
  /** The provider's tags, where what reports the resources has not yet added them to each. */
  defaultTags?: Record<string, string>;
  /** Every resource; empty for a rule about one. */
  resources: readonly Resource[];
}

/** One row of the security rules. */
export interface Rule {
  /** Kebab case, unique: what a report names. */
  name: string;
  description: string;
  /**
   * Ids of the same rule elsewhere: Security Hub (`Lambda.1`), CIS AWS Foundations Benchmark 5.0 (`CIS 1.15`), cdk-nag
   * (`AwsSolutions-IAM5`, `Serverless-LambdaTracing`), checkov (`CKV_AWS_50`); `own` alone, where nobody else has it.
   */
  ids: readonly string[];
  /** Type tokens that it looks at. */
  types: readonly string[] | "any";
  /**
   * `stack`: it needs other resources too (`dependencies`, `sources`, `facts.resources`), and is checked when all of
   * them are known. `resource`: it stops the resource before it is made.
   * @default "resource"
   */
  scope?: "resource" | "stack";
  /** @returns a sentence for each violation, beginning with the property's path. */
  check(resource: Resource, facts: StackFacts): string[];
}

/** Whether a rule says anything of resources of a type. */
export const looksAt = ({ types }: Rule, type: string): boolean => types === "any" || types.includes(type);

/** A condition as a rule's answer. */
export const unless = (ok: boolean, violation: string): string[] => (ok ? [] : [violation]);

/** Resources of a type that say by an input to which resource they belong: a bucket's policy, say, by `bucket`. */
export const companionsOf = (
  { type, name }: Resource,
  { resources }: StackFacts,
  companion: string,
  property: string,
): Resource[] =>
  resources.filter(
    (one) =>
      one.type === companion && one.sources?.[property]?.some((source) => source.type === type && source.name === name),
  );
