/** What is remembered of a table: all but its items. */
import type { KeyNames, KeyTypes } from "../items/keys.ts";

export interface Throughput {
  ReadCapacityUnits: number;
  WriteCapacityUnits: number;
  /** Seconds since the epoch. */
  LastIncreaseDateTime?: number;
  LastDecreaseDateTime?: number;
}

export interface OnDemandThroughput {
  MaxReadRequestUnits?: number;
  MaxWriteRequestUnits?: number;
}

export interface WarmThroughput {
  ReadUnitsPerSecond?: number;
  WriteUnitsPerSecond?: number;
}

export interface IndexDefinition {
  /** Of its entries in the file. */
  id: number;
  name: string;
  keys: KeyNames;
  projection: { type: "ALL" | "KEYS_ONLY" | "INCLUDE"; attributes?: string[] };
  throughput?: Throughput;
  onDemand?: OnDemandThroughput;
  warm?: WarmThroughput;
  /** Its entries are in the order of its key, not spread by a hash of it: times to live, of which the first are wanted. */
  ordered?: boolean;
  /** Items that were there before it are still to be entered. */
  filling?: boolean;
}

export type ViewType = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";

/** A stream lives on for a day after it was disabled, and after its table. */
export interface StreamDefinition {
  id: number;
  table: string;
  keys: KeyNames;
  /** Time of day at which it was enabled, `2026-01-31T12:00:00.000`: the end of its ARN. */
  label: string;
  view: ViewType;
  /** Milliseconds since the epoch. */
  created: number;
  /** When it was disabled; absent while it is enabled. */
  ended?: number;
  /** Number of the record that was dropped last: the next one is behind it, even when none is left. */
  last?: number;
}

export interface TableDefinition {
  id: number;
  name: string;
  /** `TableId`, a UUID. */
  uuid: string;
  /** Seconds since the epoch. */
  created: number;
  attributes: KeyTypes;
  keys: KeyNames;
  billing: "PROVISIONED" | "PAY_PER_REQUEST";
  /** Seconds since the epoch. */
  onDemandSince?: number;
  throughput: Throughput;
  onDemand?: OnDemandThroughput;
  warm?: WarmThroughput;
  global: IndexDefinition[];
  local: IndexDefinition[];
  /** The stream that is enabled, or was last. */
  stream?: StreamDefinition;
  encryption?: { SSEType: string; KMSMasterKeyArn?: string };
  tableClass?: string;
  protected: boolean;
  /** Expired items are found by an index of their own. */
  ttl?: { attribute: string; index: IndexDefinition };
  tags: Record<string, string>;
  /** Modes of contributor insights, by name of the index, "" for the table; those that are not on are not there. */
  insights?: Record<string, string>;
  /** What it was restored from. */
  restored?: RestoreSource;
}

export interface RestoreSource {
  /** ARN of the table whose items they were. */
  table: string;
  /** ARN of the backup; absent for a point in time. */
  backup?: string;
  /** Seconds since the epoch. */
  at: number;
  /** Where its items are read from, as long as not all of them have been. */
  rows?: number;
}

/** The index by which expired items are found. @param id of its entries in the file. */
export const expiryIndex = (attribute: string, id: number): IndexDefinition => ({
  id,
  name: "",
  keys: { hash: attribute },
  projection: { type: "ALL" },
  ordered: true,
});

export const indexesOf = ({ global, local, ttl }: TableDefinition): IndexDefinition[] => [
  ...global,
  ...local,
  ...(ttl ? [ttl.index] : []),
];
