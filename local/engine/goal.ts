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
  /** `urn::id` of an explicit provider. */
  provider: string | undefined;
  /** URNs that the resource had under former names. */
  aliases: string[];
  ignoreChanges: string[];
  replaceOnChanges: string[];
  additionalSecretOutputs: string[];
  /** Unset: as the provider thinks best. */
  deleteBeforeReplace: boolean | undefined;
  protect: boolean;
  retainOnDelete: boolean;
  deletedWith: string | undefined;
  /** Id of an existing thing to take over instead of making one. */
  importId: string | undefined;
  customTimeouts: { create?: string; update?: string; delete?: string };
  hooks: Record<HookMoment, string[]>;
  /** Where the program asks for it: `index.ts:12`. */
  position: string | undefined;
}

export type HookMoment =
  | "beforeCreate"
  | "afterCreate"
  | "beforeUpdate"
  | "afterUpdate"
  | "beforeDelete"
  | "afterDelete"
  | "onError";
