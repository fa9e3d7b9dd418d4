import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Collection, Store } from "local-aws/store";
import { sync as writeFileAtomic } from "write-file-atomic";
import { EngineError } from "./events.ts";
import type { CustomTimeouts, Goal } from "./goal.ts";
import type { Properties } from "./provider.ts";
import { moveOldStates, placeOf, type StackName, stacksIn } from "./stateFolder.ts";
import { makeUrn, stackType } from "./urn.ts";
import { fromState, isObject, Secret, toWire } from "./values.ts";

/** What the engine remembers of one resource. */
export interface ResourceState {
  urn: string;
  type: string;
  custom: boolean;
  id: string;
  inputs: Properties;
  outputs: Properties;
  parent?: string;
  /** URN and id of the provider (`urn::id`), for a custom resource. */
  provider?: string;
  dependencies: string[];
  /** URNs by the input that names them. */
  propertyDependencies: Record<string, string[]>;
  protect: boolean;
  retainOnDelete: boolean;
  deletedWith?: string;
  replacementTrigger?: unknown;
  customTimeouts: CustomTimeouts;
  /** Names of the hooks that run around its deletion. */
  hooks: Pick<Goal["hooks"], "beforeDelete" | "afterDelete" | "onError">;
  /** It exists and is not whole: why. The next run updates it. */
  incomplete?: string;
  /** Read by `Resource.get`: it belongs to somebody else and is never deleted. */
  external: boolean;
  /** Place in the order of creation: what it depends on comes before it. */
  order: number;
}

/**
 * The state of a stack: each change is on disk, whole, before the engine goes on, so a process killed at any moment
 * leaves every resource that it made on record. Secrets are kept encrypted, with a key beside the state that only its
 * owner may read.
 */
export class State {
  readonly #directory: string;
  readonly #store: Store;
  readonly #resources: Collection<ResourceState>;
  readonly #leftovers: Collection<ResourceState>;
  readonly #pending: Collection<{ inputs: Properties }>;
  readonly #key: Buffer;
  readonly #name: StackName;
  /** Resources that have been read in this run, by URN: a run asks for each several times. */
  readonly #opened = new Map<string, ResourceState>();

  /** @throws {EngineError} when an older version's state of that stack cannot be told from this one's. */
  constructor(directory: string, name: StackName) {
    this.#directory = directory;
    this.#name = name;
    mkdirSync(directory, { recursive: true });
    moveOldStates(directory);
    this.#store = new Store(...placeOf(directory, name));
    this.#resources = this.#store.collection("resources");
    this.#leftovers = this.#store.collection("leftovers");
    this.#pending = this.#store.collection("pending");
    this.#key = secretKey(directory);
  }

  get(urn: string): ResourceState | undefined {
    const known = this.#opened.get(urn);
    if (known) return known;
    const found = this.#resources.get(urn);
    if (!found) return undefined;
    const opened = this.#open(found);
    this.#opened.set(urn, opened);
    return opened;
  }

  has(urn: string): boolean {
    return this.#opened.has(urn) || this.#resources.has(urn);
  }

  /** Reads all of it, before a run asks for it one by one. */
  load(): void {
    for (const [urn, found] of this.#resources.entries()) {
      if (!this.#opened.has(urn)) this.#opened.set(urn, this.#open(found));
    }
  }

  /** What has been read is not kept any longer: a run has ended. */
  release(): void {
    this.#opened.clear();
  }

  /** Every resource, in the order of creation. */
  list(): ResourceState[] {
    const rows = this.#store.database.prepare("SELECT key FROM resources").all() as { key: string }[];
    const read = (urn: string) => this.#opened.get(urn) ?? this.#open(this.#resources.get(urn) as ResourceState);
    return rows.map(({ key }) => read(key)).sort((a, b) => a.order - b.order);
  }

  /** Another number after each change. */
  revision(): number {
    return (this.#store.database.prepare("SELECT total_changes() AS changes").get() as { changes: number }).changes;
  }

  /** How many there are. */
  count(): number {
    const row = this.#store.database.prepare("SELECT count(*) AS count FROM resources").get();
    return (row as { count: number }).count;
  }

  /** The last place in the order of creation. */
  highestOrder(): number {
    const row = this.#store.database.prepare("SELECT max(value ->> '$.order') AS highest FROM resources").get();
    return (row as { highest: number | null }).highest ?? 0;
  }

  /** @param replaced the resource that it takes the place of, still to be deleted. */
  put(state: ResourceState, replaced?: ResourceState): void {
    this.#opened.delete(state.urn);
    this.#store.transaction(() => {
      if (replaced) this.#leftovers.put(`${replaced.urn} ${replaced.id}`, this.#seal(replaced));
      this.#resources.put(state.urn, this.#seal(state));
      this.#pending.delete(state.urn);
    });
  }

  /** Moves what was known under an alias to its new URN, in the state of others too. */
  rename(from: string, state: ResourceState): void {
    this.#opened.clear();
    const [old, now] = [from, state.urn].map((urn) => JSON.stringify(urn).slice(0, -1)) as [string, string];
    this.#store.transaction(() => {
      this.#resources.delete(from);
      this.#resources.put(state.urn, this.#seal(state));
      for (const table of ["resources", "leftovers"]) {
        const move = this.#store.database.prepare(
          `UPDATE ${table} SET value = replace(value, ?, ?) WHERE instr(value, ?)`,
        );
        // As a whole text, or followed by the id of a provider.
        for (const end of ['"', "::"]) move.run(old + end, now + end, old + end);
      }
    });
  }

  delete(urn: string): void {
    this.#opened.delete(urn);
    this.#resources.delete(urn);
  }

  /** Before a resource is made: should the process die now, the next run knows which names were in use. */
  begin(urn: string, inputs: Properties): void {
    this.#pending.put(urn, { inputs: this.#sealProperties(inputs) });
  }

  /** The creation failed: there is nothing to look for. */
  abandon(urn: string): void {
    this.#pending.delete(urn);
  }

  /** Inputs of a creation that never ended. */
  interrupted(urn: string): Properties | undefined {
    const found = this.#pending.get(urn);
    return found && this.#openProperties(found.inputs);
  }

  /** Replaced resources, still to be deleted. */
  leftovers(): ResourceState[] {
    return this.#leftovers.values().map((state) => this.#open(state));
  }

  forgetLeftover(state: ResourceState): void {
    this.#leftovers.delete(`${state.urn} ${state.id}`);
  }

  /** The stacks of all projects that have a state in this folder. */
  stacks(): StackName[] {
    return stacksIn(this.#directory);
  }

  /** What the program exported in its last run. */
  stackOutputs(): Properties {
    const { project, stack } = this.#name;
    return this.get(makeUrn(stack, project, undefined, stackType, `${project}-${stack}`))?.outputs ?? {};
  }

  /** Runs `look` on the state of another stack in this folder. @returns `undefined` when there is no such stack. */
  elsewhere<Found>({ project, stack }: StackName, look: (state: State) => Found): Found | undefined {
    if (!this.stacks().some((one) => one.project === project && one.stack === stack)) return undefined;
    const state = new State(this.#directory, { project, stack });
    try {
      return look(state);
    } finally {
      state.close();
    }
  }

  close(): void {
    this.#store.close();
  }

  #seal(state: ResourceState): ResourceState {
    return this.#convert(state, (properties) => this.#sealProperties(properties));
  }

  #open(state: ResourceState): ResourceState {
    return this.#convert(state, (properties) => this.#openProperties(properties));
  }

  #convert(state: ResourceState, properties: (given: Properties) => Properties): ResourceState {
    const { inputs, outputs, replacementTrigger: trigger } = state;
    return {
      ...state,
      inputs: properties(inputs),
      outputs: properties(outputs),
      ...(trigger !== undefined && { replacementTrigger: properties({ trigger }).trigger }),
    };
  }

  #sealProperties(properties: Properties): Properties {
    return toWire(mapSecrets(properties, (value) => this.#encrypt(value))) as Properties;
  }

  #openProperties(properties: Properties): Properties {
    return mapSecrets(fromState(properties), (value) => this.#decrypt(value)) as Properties;
  }

  #encrypt(value: unknown): Secret {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    const text = Buffer.concat([cipher.update(JSON.stringify(toWire(value) ?? null), "utf8"), cipher.final()]);
    return new Secret(Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64"));
  }

  #decrypt(value: unknown): Secret {
    const bytes = Buffer.from(String(value), "base64");
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
      return new Secret(fromState(JSON.parse(text)));
    } catch {
      throw new EngineError(`a secret in ${this.#directory} cannot be opened: its secrets.key is not the one it had`);
    }
  }
}

function mapSecrets(value: unknown, change: (value: unknown) => Secret): unknown {
  if (value instanceof Secret) return change(value.value);
  if (Array.isArray(value)) return value.map((item) => mapSecrets(item, change));
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapSecrets(item, change)]));
}

function secretKey(directory: string): Buffer {
  const file = join(directory, "secrets.key");
  if (!existsSync(file)) writeFileAtomic(file, randomBytes(32).toString("hex"), { mode: 0o600 });
  return Buffer.from(readFileSync(file, "utf8").trim(), "hex");
}
