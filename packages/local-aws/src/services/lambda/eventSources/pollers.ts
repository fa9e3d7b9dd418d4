/** Keeps one poller for each enabled mapping. */

import type { Cloud } from "../../../service.ts";
import type { Collection } from "../../../store.ts";
import type { Wakes } from "../../../wakes.ts";
import { FunctionCalls } from "./functionCalls.ts";
import { KinesisPoller } from "./kinesisPoller.ts";
import { QueuePoller } from "./queuePoller.ts";
import { type MappingRecord, type Position, sourceKind } from "./records.ts";
import { StreamPoller } from "./streamPoller.ts";
import { TableSource } from "./tableSource.ts";

interface Poller {
  /** Nothing written from then on is missed. */
  placed?: Promise<void>;
  stop(): Promise<void>;
}

export class Pollers {
  readonly #cloud: Cloud;
  readonly #wakes: Wakes;
  readonly #mappings: Collection<MappingRecord>;
  readonly #positions: Collection<Position>;
  readonly #running = new Map<string, Poller>();
  /** Changes of one mapping are applied one after the other. */
  readonly #changes = new Map<string, Promise<void>>();
  /** The result of each mapping's last batch. */
  readonly results = new Map<string, string>();
  #open = false;

  constructor(cloud: Cloud, wakes: Wakes, mappings: Collection<MappingRecord>, positions: Collection<Position>) {
    this.#cloud = cloud;
    this.#wakes = wakes;
    this.#mappings = mappings;
    this.#positions = positions;
  }

  start(): void {
    this.#open = true;
    for (const { UUID } of this.#mappings.values()) void this.restart(UUID);
  }

  async stop(): Promise<void> {
    this.#open = false;
    await Promise.all([...this.#running.keys()].map((uuid) => this.restart(uuid)));
  }

  /** Stops the mapping's poller and, if the mapping still exists and is enabled, starts it with the current settings. */
  restart(uuid: string): Promise<void> {
    const change = (this.#changes.get(uuid) ?? Promise.resolve()).then(async () => {
      await this.#running.get(uuid)?.stop();
      this.#running.delete(uuid);
      const mapping = this.#mappings.get(uuid);
      if (!mapping) this.#forget(uuid);
      else if (this.#open && mapping.State === "Enabled") {
        const poller = this.#poller(mapping);
        this.#running.set(uuid, poller);
        await poller.placed;
      }
    });
    this.#changes.set(uuid, change);
    return change;
  }

  /** Positions are kept by the mapping; in a Kinesis stream, by the mapping and the shard. */
  #forget(uuid: string): void {
    for (const [key] of this.#positions.entries(uuid)) this.#positions.delete(key);
  }

  #poller(mapping: MappingRecord): Poller {
    const uuid = mapping.UUID;
    const result = (text: string) => void this.results.set(uuid, text);
    const shared = { cloud: this.#cloud, wakes: this.#wakes, mapping, result };
    const around = {
      ...shared,
      position: () => this.#positions.get(uuid),
      keep: (position: Position) => this.#positions.put(uuid, position),
    };
    switch (sourceKind(mapping.EventSourceArn)) {
      case "sqs":
        return new QueuePoller(around);
      case "kinesis":
        return new KinesisPoller({
          ...shared,
          position: (shard) => this.#positions.get(`${uuid}/${shard}`),
          keep: (shard, position) => this.#positions.put(`${uuid}/${shard}`, position),
        });
      default:
        return new StreamPoller(around, new TableSource(this.#cloud, mapping, new FunctionCalls(this.#cloud, mapping)));
    }
  }
}
