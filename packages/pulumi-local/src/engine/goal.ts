import type { Properties } from "./provider.ts";

/** What the program asks for with one `new`: everything that decides how it is made, changed and deleted. */
export interface Goal {
  urn: string;
  type: string;
  name: string;
  custom: boolean;
  /** A component whose children a package makes (awsx), not the program. */
  remote: boolean;
  parent: string | undefined;
  inputs: Properties;
  /** URNs of all that must be there before it and outlive it: options, inputs, parent and provider. */
  dependencies: string[];
  /** URNs by the input that names them. */
  propertyDependencies: Record<string, string[]>;
  /** `urn::id` of an explicit provider. */
  provider: string | undefined;
  /** Explicit providers of a component's children, by package. */
  providers: Record<string, string>;
  /** URNs that the resource had under former names. */
  aliases: string[];
  ignoreChanges: string[];
  replaceOnChanges: string[];
  /** URNs whose replacement replaces this one too. */
  replaceWith: string[];
  /** Any value: a change of it replaces the resource. */
  replacementTrigger: unknown;
  hideDiffs: string[];
  additionalSecretOutputs: string[];
  /** Unset: as the provider thinks best. */
  deleteBeforeReplace: boolean | undefined;
  protect: boolean;
  retainOnDelete: boolean;
  deletedWith: string | undefined;
  /** Id of an existing thing to take over instead of making one. */
  importId: string | undefined;
  customTimeouts: CustomTimeouts;
  hooks: Record<HookMoment, string[]>;
  /** Where the program asks for it: `index.ts:12`. */
  position: string | undefined;
}

/** Durations as Go writes them (`5m`, `1h30m`). */
export type CustomTimeouts = Partial<Record<Verb, string>>;

/** What can be done to a thing. */
export type Verb = "create" | "update" | "delete";

const moments = [
  "beforeCreate",
  "afterCreate",
  "beforeUpdate",
  "afterUpdate",
  "beforeDelete",
  "afterDelete",
  "onError",
] as const;
export type HookMoment = (typeof moments)[number];

/** A goal with no options but those given. */
export function goal(given: Pick<Goal, "urn" | "type" | "name"> & Partial<Goal>): Goal {
  return {
    custom: true,
    remote: false,
    parent: undefined,
    inputs: {},
    dependencies: [],
    propertyDependencies: {},
    provider: undefined,
    providers: {},
    aliases: [],
    ignoreChanges: [],
    replaceOnChanges: [],
    replaceWith: [],
    replacementTrigger: undefined,
    hideDiffs: [],
    additionalSecretOutputs: [],
    deleteBeforeReplace: undefined,
    protect: false,
    retainOnDelete: false,
    deletedWith: undefined,
    importId: undefined,
    customTimeouts: {},
    hooks: noHooks(),
    position: undefined,
    ...given,
  };
}

export const noHooks = (): Goal["hooks"] =>
  Object.fromEntries(moments.map((moment) => [moment, [] as string[]])) as Goal["hooks"];
