/**
 * What a table is set to that the engine forgets, or does not take when a table is changed: the capacity of its indexes,
 * its encryption, and throughput kept warm.
 */
import type { Collection } from "../../store.ts";
import { tableOf } from "./names.ts";

type Json = Record<string, unknown>;

/** Members of an index's settings, as requests and answers name them. */
const indexMembers = ["ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput"] as const;

interface Kept {
  /** By name of the index. */
  indexes: Record<string, Partial<Record<(typeof indexMembers)[number], object>>>;
  /** Absent: the key is DynamoDB's own. */
  encryption?: { SSEType: string; KMSMasterKeyArn?: string };
  warm?: object;
}

export class TableSettings {
  readonly #kept: Collection<Kept>;
  readonly #keyArn: (keyId: string) => Promise<string>;

  /** @param keyArn a KMS key's ARN, by whatever names it. */
  constructor(kept: Collection<Kept>, keyArn: (keyId: string) => Promise<string>) {
    this.#kept = kept;
    this.#keyArn = keyArn;
  }

  /** What of an UpdateTable is the engine's; nothing when it has no part in it. */
  asked({ SSESpecification: encryption, WarmThroughput: warm, ...input }: Json): Json | undefined {
    const own = encryption !== undefined || warm !== undefined;
    return own && Object.keys(input).every((member) => member === "TableName") ? undefined : input;
  }

  /** Remembers what a CreateTable or UpdateTable said, once it is done. */
  async keep(input: Json): Promise<void> {
    const table = tableOf(String(input.TableName));
    const { indexes, ...kept } = this.#kept.get(table) ?? { indexes: {} };
    const changed: Kept = { ...kept, indexes: changedIndexes(indexes, input) };
    const encryption = input.SSESpecification as { Enabled?: boolean; KMSMasterKeyId?: string } | undefined;
    if (encryption?.Enabled) {
      const { KMSMasterKeyId: id } = encryption;
      changed.encryption = { SSEType: "KMS", ...(id && { KMSMasterKeyArn: await this.#keyArn(id) }) };
    } else if (encryption) delete changed.encryption;
    if (input.WarmThroughput) changed.warm = input.WarmThroughput;
    this.#kept.put(table, changed);
  }

  forget(table: string): void {
    this.#kept.delete(table);
  }

  /** Puts what is remembered into a table's description. */
  describe(description: Json | undefined): void {
    const kept = this.#kept.get(String(description?.TableName));
    if (!description || !kept) return;
    if (kept.encryption) description.SSEDescription = { Status: "ENABLED", ...kept.encryption };
    else delete description.SSEDescription;
    if (kept.warm) description.WarmThroughput = { ...kept.warm, Status: "ACTIVE" };
    const { BillingMode } = (description.BillingModeSummary ?? {}) as Json;
    for (const index of (description.GlobalSecondaryIndexes ?? []) as Json[]) {
      const {
        ProvisionedThroughput: provisioned,
        OnDemandThroughput,
        WarmThroughput,
      } = kept.indexes[String(index.IndexName)] ?? {};
      const units = BillingMode === "PAY_PER_REQUEST" ? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 } : provisioned;
      if (units) index.ProvisionedThroughput = { NumberOfDecreasesToday: 0, ...units };
      if (OnDemandThroughput) index.OnDemandThroughput = OnDemandThroughput;
      if (WarmThroughput) index.WarmThroughput = { ...WarmThroughput, Status: "ACTIVE" };
    }
  }
}

/** Indexes after what a request makes, changes and deletes. */
function changedIndexes(before: Kept["indexes"], input: Json): Kept["indexes"] {
  const made = (input.GlobalSecondaryIndexes ?? []) as Json[];
  const updates = (input.GlobalSecondaryIndexUpdates ?? []) as Partial<Record<"Create" | "Update" | "Delete", Json>>[];
  const put = [
    ...made,
    ...updates.flatMap(({ Create, Update }) => [Create, Update].filter((one) => one !== undefined)),
  ];
  const gone = updates.flatMap(({ Delete }) => (Delete ? [Delete.IndexName] : []));
  const given = put.map((index) => {
    const name = String(index.IndexName);
    const members = indexMembers.filter((member) => index[member] !== undefined);
    return [name, { ...before[name], ...Object.fromEntries(members.map((member) => [member, index[member]])) }];
  });
  const kept = Object.entries(before).filter(([name]) => !gone.includes(name));
  return Object.fromEntries([...kept, ...given]);
}
