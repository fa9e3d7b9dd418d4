/** All that EC2 keeps: resources of every kind, by their ids. */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Tag, TagSpecification } from "@aws-sdk/client-ec2";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { type Items, type Kind, kindOf, kinds } from "./kinds.ts";
import { checkTags } from "./tagRules.ts";

interface Kept {
  item: object;
  /** The request that made it, where it had a client token: the same request again makes nothing. */
  by?: { token: string; input: object };
}

/** What a request may carry that makes a resource. */
interface Making {
  ClientToken?: string | undefined;
  TagSpecifications?: TagSpecification[] | undefined;
}

export class Network {
  readonly region: string;
  readonly accountId: string;
  readonly #kept: Collection<Kept>;
  readonly #store: Cloud["store"];

  constructor({ store, region, accountId }: Pick<Cloud, "store" | "region" | "accountId">) {
    this.#store = store;
    this.region = region;
    this.accountId = accountId;
    this.#kept = store.collection("ec2.resources");
  }

  /** @param id may be a resource's type and `*`. */
  arn(kind: Kind, id: string): string {
    return `arn:aws:ec2:${this.region}:${this.accountId}:${kinds[kind].type}/${id}`;
  }

  /** Resources of a kind, in the order of their ids. */
  list<K extends Kind>(kind: K): Items[K][] {
    return this.#kept.values(`${kind}-`).map(({ item }) => revived(kind, item));
  }

  find<K extends Kind>(kind: K, id: string | undefined): Items[K] | undefined {
    const kept = kindOf(id ?? "") === kind ? this.#kept.get(id) : undefined;
    return kept && revived(kind, kept.item);
  }

  /** @throws AwsError in the kind's own words, also for an id of another form. */
  get<K extends Kind>(kind: K, id: string | undefined): Items[K] {
    const found = this.find(kind, id);
    if (found) return found;
    const [code, words] = kinds[kind].missing;
    if (kindOf(id ?? "") === kind) throw new AwsError(code, words(id ?? ""));
    throw new AwsError(`${code.split(".")[0]}.Malformed`, `Invalid id: "${id ?? ""}" (expecting "${kind}-...")`);
  }

  put<K extends Kind>(kind: K, item: Items[K]): void {
    const id = this.idOf(kind, item);
    this.#kept.put(id, { ...this.#kept.get(id), item });
  }

  idOf<K extends Kind>(kind: K, item: Items[K]): string {
    return item[kinds[kind].id] as string;
  }

  delete(id: string): void {
    this.#kept.delete(id);
  }

  /**
   * What the same request, by its client token, made before.
   * @throws AwsError `IdempotentParameterMismatch` for a token of another request.
   */
  made<K extends Kind>(kind: K, input: Making): Items[K] | undefined {
    const { ClientToken: token } = input;
    const before = token && this.#kept.values(`${kind}-`).find(({ by }) => by?.token === token);
    if (!before) return undefined;
    if (isDeepStrictEqual(before.by?.input, JSON.parse(JSON.stringify(input)))) return revived(kind, before.item);
    const message = `The client token ${token} was used before with other parameters`;
    throw new AwsError("IdempotentParameterMismatch", message);
  }

  /** A new resource with its tags, or that of {@link made}. */
  make<K extends Kind>(kind: K, input: Making, make: (id: string, tags: Tag[]) => Items[K]): Items[K] {
    const { ClientToken: token } = input;
    const before = this.made(kind, input);
    if (before) return before;
    return this.transaction(() => {
      const item = make(newId(kind), this.#tags(kind, input.TagSpecifications));
      this.#kept.put(this.idOf(kind, item), { item, ...(token && { by: { token, input } }) });
      return item;
    });
  }

  transaction<Result>(work: () => Result): Result {
    return this.#nested ? work() : this.#transaction(work);
  }

  #nested = false;
  #transaction<Result>(work: () => Result): Result {
    this.#nested = true;
    try {
      return this.#store.transaction(work);
    } finally {
      this.#nested = false;
    }
  }

  #tags(kind: Kind, specifications: TagSpecification[] = []): Tag[] {
    const { type } = kinds[kind];
    // A security group's rules are tagged with the request that makes them, too.
    const tags = specifications.flatMap(({ ResourceType, Tags = [] }) => {
      if (ResourceType === type) return Tags;
      const message = `'${ResourceType}' is not a valid taggable resource type for this operation; allowed is ${type}`;
      throw new AwsError("InvalidParameterValue", message);
    });
    checkTags(tags);
    return tags.map(({ Key, Value = "" }) => ({ Key, Value }));
  }
}

export const newId = (prefix: string): string => `${prefix}-0${randomBytes(9).toString("hex").slice(0, 16)}`;

function revived<K extends Kind>(kind: K, stored: object): Items[K] {
  const times = (kinds[kind].times ?? []).filter((member) => member in stored);
  const dates = times.map((member) => [member, new Date((stored as Record<string, string>)[member]!)]);
  return { ...(stored as Items[K]), ...Object.fromEntries(dates) };
}
