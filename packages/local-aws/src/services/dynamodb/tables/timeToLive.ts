/**
 * Time to live: deletes items whose time has passed, as DynamoDB does in the background. Its records in the stream name
 * the service itself. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
import { debuglog } from "node:util";
import type { Engine } from "../engine.ts";
import { invalid } from "../errors.ts";
import { behind, itemKey, keyBytes, withoutHash } from "../items/keys.ts";
import { Slices } from "../slices.ts";
import { change } from "../writes/change.ts";
import { expiryIndex } from "./definition.ts";
import type { Table } from "./table.ts";

const debug = debuglog("dynamodb");
/** Items that are deleted at a time. */
const some = 20;
/** Seconds: what is older than five years is not deleted. */
const oldest = 5 * 365 * 24 * 3600;

interface Specification {
  Enabled: boolean;
  AttributeName: string;
}

/** UpdateTimeToLive */
export function updateTimeToLive(engine: Engine, input: { TableName: string; TimeToLiveSpecification: Specification }) {
  const table = engine.tables.existing(input.TableName);
  const { Enabled, AttributeName: attribute } = input.TimeToLiveSpecification;
  const { ttl, ...rest } = table.definition;
  if (!Enabled) {
    if (!ttl) throw invalid("TimeToLive is already disabled");
    engine.tables.save(table, rest);
    engine.background.clear();
  } else {
    if (ttl) {
      throw invalid(
        ttl.attribute === attribute
          ? "TimeToLive is already enabled"
          : `TimeToLive is active on a different AttributeName: current AttributeName is ${ttl.attribute}`,
      );
    }
    engine.tables.save(table, {
      ...rest,
      ttl: { attribute, index: { ...expiryIndex(attribute, engine.db.nextId()), filling: true } },
    });
    engine.background.fill(table);
  }
  return { TimeToLiveSpecification: input.TimeToLiveSpecification };
}

/** DescribeTimeToLive */
export function describeTimeToLive(engine: Engine, { TableName }: { TableName: string }) {
  const { ttl } = engine.tables.existing(TableName).definition;
  return {
    TimeToLiveDescription: ttl
      ? { TimeToLiveStatus: "ENABLED", AttributeName: ttl.attribute }
      : { TimeToLiveStatus: "DISABLED" },
  };
}

/** Looks for what has expired, from time to time. */
export class Expiry {
  readonly #engine: Engine;
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  /** @param interval milliseconds between two sweeps. */
  constructor(engine: Engine, interval: number) {
    this.#engine = engine;
    this.#timer = setInterval(() => void this.sweep(), interval).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** One look through every table. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep()
      .catch((error) => debug("sweep: %s", (error as Error).message))
      .finally(() => {
        this.#sweeping = undefined;
      });
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const slices = new Slices();
    for (const table of this.#engine.tables.all()) {
      while (!this.#stopped && this.#some(table)) {
        await this.#engine.db.checkpoints.pause;
        if (slices.isLong) await slices.rest();
      }
    }
  }

  /** Deletes a few. @returns whether there may be more. */
  #some(table: Table): boolean {
    const { db, streams, around } = this.#engine;
    const index = table.indexes.find(({ definition }) => definition === table.definition.ttl?.index);
    if (!index) return false;
    const now = Math.floor(Date.now() / 1000);
    const expired = index.rows.range(orderedBytes(now - oldest), behind(orderedBytes(now)), true, some);
    if (expired.length === 0) return false;
    db.transaction(() => {
      for (const { row } of expired) {
        change(table, streams, itemKey(row.item, table.keys, table.definition.attributes), row, undefined, true);
      }
    });
    around.onWrite(table.name);
    return expired.length === some;
  }
}

/** With which entries of an item begin that expires then. */
const orderedBytes = (seconds: number): Buffer => withoutHash(keyBytes({ N: String(seconds) }));
