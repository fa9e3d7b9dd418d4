import { createHash, randomBytes } from "node:crypto";
import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import type { Tags } from "../../kit/tags.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";

export interface Key {
  id: string;
  description: string;
  policy: string;
  rotates: boolean;
  /** Days between rotations. Absent: 365. */
  rotationPeriod?: number;
  enabled: boolean;
  multiRegion: boolean;
  /** Absent: `SYMMETRIC_DEFAULT`. */
  spec?: KeySpec;
  /** Absent: `ENCRYPT_DECRYPT`. */
  usage?: KeyUsageType;
  tags?: Tags;
  /** Its key material, in base64. Absent until first used. */
  material?: string;
  /** Key material from before rotations on demand, latest first: what was encrypted with it can still be decrypted. */
  retired?: { material: string; rotated: number }[];
  /** Milliseconds since 1970. */
  created: number;
  /** When it is to be deleted. */
  deletion?: number;
}

export interface Alias {
  keyId: string;
  /** Milliseconds since 1970. */
  created: number;
  updated: number;
}

/** All that KMS stores. */
export class Records {
  readonly keys: Collection<Key>;
  /** By `alias/name`. Those of older states are the key's id alone. */
  readonly aliases: Collection<Alias | string>;
  /** `arn:aws:kms:REGION:ACCOUNT:` */
  readonly prefix: string;

  constructor({ store, region, accountId }: Pick<Cloud, "store" | "region" | "accountId">) {
    this.keys = store.collection("kms.keys");
    this.aliases = store.collection("kms.aliases");
    this.prefix = `arn:aws:kms:${region}:${accountId}:`;
  }

  arn(id: string): string {
    return `${this.prefix}key/${id}`;
  }

  /** Id of the key that an alias refers to. */
  aliased(name: string): string | undefined {
    const alias = this.aliases.get(name);
    return typeof alias === "object" ? alias.keyId : alias;
  }

  /** @param given an id, an alias, or an ARN of either. @throws AwsError `NotFoundException` */
  found(given: string): Key {
    const name = given.startsWith(this.prefix) ? given.slice(this.prefix.length).replace(/^key\//, "") : given;
    const isAlias = name.startsWith("alias/");
    const key = this.keys.get(isAlias ? (this.aliased(name) ?? "") : name);
    if (key && !(key.deletion !== undefined && key.deletion <= Date.now())) return key;
    if (key) this.#delete(key.id);
    throw notFound(isAlias ? `Alias ${this.prefix}${name} is not found.` : `Key '${this.arn(name)}' does not exist`);
  }

  /** As {@link found}, for operations that a key pending deletion refuses. */
  usable(given: string): Key {
    const key = this.found(given);
    if (key.deletion === undefined) return key;
    throw invalidState(`${this.arn(key.id)} is pending deletion.`);
  }

  /** The 256 bits that a symmetric key encrypts with. */
  material(key: Key): Buffer {
    if (key.material !== undefined) return Buffer.from(key.material, "base64");
    const made = randomBytes(32);
    this.change(key, { material: made.toString("base64") });
    return made;
  }

  /** All key material that a ciphertext may have been made with, the current one first. */
  materials(key: Key): Buffer[] {
    const before = (key.retired ?? []).map(({ material }) => Buffer.from(material, "base64"));
    return [this.material(key), ...before];
  }

  /** Sixty-four hexadecimal digits that name a symmetric key's current material. */
  materialId({ id, retired = [] }: Key): string {
    return createHash("sha256").update(`${id} ${retired.length}`).digest("hex");
  }

  change(key: Key, changed: Partial<Key>): void {
    this.keys.put(key.id, { ...key, ...changed });
  }

  /** The waiting time is over: the key goes, and its aliases with it. */
  #delete(id: string): void {
    for (const [name] of this.aliases.entries()) if (this.aliased(name) === id) this.aliases.delete(name);
    this.keys.delete(id);
  }
}

export const notFound = (message: string): AwsError => new AwsError("NotFoundException", message);
export const invalidState = (message: string): AwsError => new AwsError("KMSInvalidStateException", message);
