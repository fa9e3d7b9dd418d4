/** What a statement says. */
import type { Action, Condition, Path } from "../expressions/tree.ts";
import type { Item } from "../items/types.ts";

export interface Select {
  kind: "select";
  table: string;
  index?: string;
  /** Nothing for `*`. */
  paths?: Path[];
  where?: Condition;
  /** Names to order by, and whether downwards. */
  order?: { name: string; down: boolean }[];
}

export type Returning = "ALL_OLD" | "UPDATED_OLD" | "ALL_NEW" | "UPDATED_NEW";

export interface Insert {
  kind: "insert";
  table: string;
  item: Item;
}

export interface Update {
  kind: "update";
  table: string;
  actions: Action[];
  where: Condition;
  returning?: Returning;
}

export interface Delete {
  kind: "delete";
  table: string;
  where: Condition;
  returning?: Returning;
}

/** `EXISTS(SELECT ...)`: a check within a transaction. */
export interface Exists {
  kind: "exists";
  table: string;
  where: Condition;
}

export type Statement = Select | Insert | Update | Delete | Exists;
