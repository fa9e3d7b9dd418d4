import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Cloud } from "local-aws/service";
import {
  type CheckFailure,
  type Component,
  type Diff,
  type Invoke,
  isArchive,
  isAsset,
  type Made,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from "../engine/provider.ts";
import { ifThere } from "./missing.ts";

/**
 * One resource type of the AWS provider, as a few facts and four verbs. The facts are what the provider (or AWS, at
 * creation) would check, with the page they come from; a test holds them to the inputs that `@pulumi/aws` declares.
 */
export interface ResourceType {
  /** Type token, as in `aws:lambda/function:Function`. */
  type: string;
  /** Where these facts are documented. */
  docs: string;
  /** Inputs that the provider cannot do without. */
  required?: string[];
  /** Further ones that must be given here, since what the provider takes instead of them is not modelled. */
  requiredHere?: string[];
  /** Inputs that the local cloud acts on. */
  properties: string[];
  /** Inputs that AWS knows and one machine has no use for (KMS, X-Ray, VPC): accepted, kept, without effect. */
  inert?: string[];
  /** Allowed values by property path. */
  enums?: Record<string, readonly (string | number)[]>;
  /** Any further rule: sentences by property path. */
  validate?(inputs: Properties, unknowns: readonly string[]): CheckFailure[];
  /** Inputs that cannot change in place. */
  replaces?: string[];
  /** The physical name: made from the logical name and 7 random hex digits when not given. */
  autoname?: {
    property: string;
    /** Whether the provider also takes its beginning, as `namePrefix`. */
    prefixed?: boolean;
    max: number;
    pattern?: RegExp;
    /** Ending of a generated name; for some it depends on other inputs (`.fifo`). */
    suffix?: string | ((inputs: Properties) => string);
    lowercase?: boolean;
  };
  /** The old one must go first even when its name is generated. Default: only when the physical name is given. */
  deleteBeforeReplace?: boolean;
  /** Values AWS fills in when an input is not given. */
  defaults?: Properties;
  /** Whether the type takes `tags` (then `tagsAll` is an output, with the provider's `defaultTags`). */
  taggable?: boolean;
  secretOutputs?: string[];
  /**
   * Id of the thing that has these inputs, should it exist: how a creation is found whose run was killed before it could
   * be recorded. Default: the physical name, of types that have one.
   */
  idOf?(inputs: Properties): string;
  /** Inputs by the output that changes with them: a preview does not know that output. */
  changesWith?: Record<string, string[]>;
  /**
   * What outputs will be after an update that changes some of them, where that can be told from what is there. It need not
   * be sure: who asks looks at what they have become.
   */
  expects?(before: Made, after: Properties): Properties;
  /** Outputs that are no longer true, as a URL whose port is another since the restart: they are a change by themselves. */
  stale?(outputs: Properties): string[];
  /**
   * Whether earlier releases kept such things in the state alone: one that its service does not have is made by the next
   * update. Default: false.
   */
  onceRecorded?: boolean;
  create(inputs: Properties, context: ResourceContext): Promise<Made>;
  /** Absent when every change replaces. */
  update?(id: string, before: Properties, after: Properties, context: ResourceContext): Promise<Made>;
  /** What is not there any more is no error ({@link isMissing}). */
  delete(id: string, outputs: Properties, context: ResourceContext): Promise<unknown>;
  /** @returns `undefined` when it is not there; the service's own error says so as well ({@link isMissing}). */
  read?(id: string, context: ResourceContext): Promise<Made | undefined>;
}

/** Whether AWS has things of that type in each region, by its token: IAM's, Route 53's and budgets an account has once. */
export const isRegional = (token: string): boolean => /^aws:(?!(iam|route53|budgets)\/)/.test(token);

/** What a file of `pulumi-local/src/resources` exports: its service's resource types, functions and components, on that cloud. */
export type ServiceResources = (cloud: Cloud) => {
  types: ResourceType[];
  invokes?: Record<string, Invoke>;
  components?: Record<string, Component>;
};

/**
 * What becomes of a type's inputs; any other is refused.
 * @returns those that the local cloud acts on, and those that it accepts without effect.
 */
export function acceptedInputs(type: ResourceType): { modelled: string[]; inert: string[] } {
  const name = type.autoname?.property;
  const modelled = new Set(type.properties);
  if (isRegional(type.type)) modelled.add("region");
  if (name) modelled.add(name);
  if (type.autoname?.prefixed) modelled.add(`${name}Prefix`);
  if (type.taggable) modelled.add("tags");
  return { modelled: [...modelled], inert: type.inert ?? [] };
}

/** Makes a provider of the facts: checks, names and compares by them, so that a service's file holds only its verbs. */
export function resourceProvider(type: ResourceType): ResourceProvider {
  const { modelled, inert } = acceptedInputs(type);
  const known = new Set([...modelled, ...inert]);

  return {
    check(given, context) {
      const inputs: Properties = { ...type.defaults, ...given };
      const failures: CheckFailure[] = [];
      for (const property of Object.keys(given)) {
        // `__defaults` and `__internal` are Pulumi's own bookkeeping.
        if (known.has(property) || property.startsWith("__") || given[property] === undefined) continue;
        failures.push({
          property,
          reason: `the local cloud does not model ${type.type}'s property "${property}"`,
        });
      }
      for (const property of [...(type.required ?? []), ...(type.requiredHere ?? [])]) {
        if (inputs[property] === undefined) failures.push({ property, reason: "is required and was not given" });
      }
      for (const [path, allowed] of Object.entries(type.enums ?? {})) {
        const value = valueAt(inputs, path);
        for (const one of Array.isArray(value) ? value : [value]) {
          if (one !== undefined && !allowed.includes(one as string)) {
            failures.push({ property: path, reason: `is ${JSON.stringify(one)}; allowed are ${allowed.join(", ")}` });
          }
        }
      }
      if (type.autoname) failures.push(...fillName(type.autoname, inputs, context));
      if (type.taggable) inputs.tagsAll = { ...context.provider.defaultTags, ...(inputs.tags as object | undefined) };
      failures.push(...(type.validate?.(inputs, context.unknowns ?? []) ?? []));
      return { inputs, failures };
    },

    async diff(before, after, context): Promise<Diff> {
      const keys = new Set([...Object.keys(before), ...Object.keys(after)].filter((key) => !key.startsWith("__")));
      const changes = [...keys].filter((key) => !isDeepStrictEqual(strip(before[key]), strip(after[key])));
      const replaces = type.update ? changes.filter((key) => type.replaces?.includes(key)) : changes;
      const name = type.autoname?.property;
      const generated = (after.__defaults as string[] | undefined)?.includes(name ?? "");
      const fixedName = name !== undefined && before[name] === after[name] && !generated;
      for (const key of (context.previous && type.stale?.(context.previous.outputs)) ?? []) {
        if (!changes.includes(key)) changes.push(key);
      }
      if (await isOnlyRecorded(type, context)) changes.push("id");
      const unknownOutputs = Object.entries(type.changesWith ?? {})
        .filter(([, keys]) => keys.some((key) => changes.includes(key)))
        .map(([output]) => output);
      const expected = unknownOutputs.length > 0 && context.previous && type.expects?.(context.previous, after);
      const oldGoesFirst = type.deleteBeforeReplace ?? fixedName;
      const diff = { changes, replaces, deleteBeforeReplace: oldGoesFirst, unknownOutputs };
      return expected ? { ...diff, expectedOutputs: expected } : diff;
    },

    async create(inputs, context) {
      const left = await leftByKilledRun(type, inputs, context);
      if (!left) return type.create(inputs, context);
      return type.update ? type.update(left.id, context.previous!.inputs, inputs, context) : left;
    },
    async update(id, before, after, context) {
      if (await isOnlyRecorded(type, context)) return type.create(after, context);
      return type.update ? type.update(id, before, after, context) : { id, outputs: after };
    },
    delete: async (...given) => void (await ifThere(type.delete(...given))),
    ...(type.read && { read: (id: string, at: ResourceContext) => ifThere(type.read!(id, at)) }),
    ...(type.secretOutputs && { secretOutputs: type.secretOutputs }),
  };
}

/** Whether the state remembers what its service has never had. */
async function isOnlyRecorded(type: ResourceType, context: ResourceContext): Promise<boolean> {
  const { id } = context.previous ?? {};
  return Boolean(type.onceRecorded && id && type.read && !(await ifThere(type.read(id, context))));
}

/** What a run made that was killed before the engine could record it. It is taken over rather than made twice. */
async function leftByKilledRun(
  type: ResourceType,
  inputs: Properties,
  context: ResourceContext,
): Promise<Made | undefined> {
  if (context.previous?.id !== "" || !type.read) return undefined;
  const id = type.idOf?.(inputs) ?? (type.autoname && String(inputs[type.autoname.property]));
  // Where ids are not names there is nothing under that one, or it is none.
  return id === undefined ? undefined : await type.read(id, context).catch(() => undefined);
}

/** Reads `a.b[].c` style paths without the brackets: arrays on the way are flattened. */
function valueAt(value: unknown, path: string): unknown {
  let found: unknown = value;
  for (const key of path.split(".")) {
    found = Array.isArray(found)
      ? found.flatMap((item) => (item as Properties | undefined)?.[key] ?? [])
      : (found as Properties | undefined)?.[key];
  }
  return found;
}

function fillName(
  rule: NonNullable<ResourceType["autoname"]>,
  inputs: Properties,
  context: ResourceContext,
): CheckFailure[] {
  const { property, max, pattern } = rule;
  const suffix = typeof rule.suffix === "function" ? rule.suffix(inputs) : (rule.suffix ?? "");
  const prefix = inputs[`${property}Prefix`];
  if (inputs[property] === undefined) {
    const stem = typeof prefix === "string" ? prefix : `${rule.lowercase ? context.name.toLowerCase() : context.name}-`;
    const random = randomBytes(4).toString("hex").slice(0, 7);
    inputs[property] = generatedBefore(rule, inputs, suffix, context) ?? `${stem}${random}${suffix}`;
    // As Pulumi's own providers mark it: a generated name may change when the resource is replaced.
    inputs.__defaults = [property];
  }
  const name = String(inputs[property]);
  if (name.length > max) {
    return [{ property, reason: `is "${name}", ${name.length} characters; at most ${max} are allowed` }];
  }
  if (pattern && !pattern.test(name)) return [{ property, reason: `is "${name}"; it must match ${pattern}` }];
  return [];
}

/** The name that an earlier run generated: it stays, whatever the resource is called in the program by now. */
function generatedBefore(
  { property }: NonNullable<ResourceType["autoname"]>,
  inputs: Properties,
  suffix: string,
  { previous }: ResourceContext,
): string | undefined {
  const name = previous?.inputs[property];
  const generated = (previous?.inputs.__defaults as string[] | undefined)?.includes(property);
  const prefix = `${property}Prefix`;
  if (!generated || typeof name !== "string" || previous?.inputs[prefix] !== inputs[prefix]) return undefined;
  return name.endsWith(suffix) ? name : undefined;
}

/** A property given as `undefined` or `null` is a property not given. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  // A deployment package is what it holds, wherever it lies.
  if (isAsset(value) || isArchive(value)) return value.hash;
  if (value === null || typeof value !== "object") return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== undefined && item !== null && !key.startsWith("__"))
      .map(([key, item]) => [key, strip(item)]),
  );
}
