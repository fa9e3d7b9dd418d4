/**
 * Keys as bytes that SQLite orders as DynamoDB orders items: a hash of the partition key, which spreads partitions over a
 * scan and its segments, the partition key, and the sort key. Each part tells its own end, so that no key begins another.
 */
import { invalid, invalidParameter } from "../errors.ts";
import { writeNumber } from "./number.ts";
import { binarySize, textSize } from "./size.ts";
import { type AttributeValue, attribute, type Item, type KeyType } from "./types.ts";

/** Names of the attributes that a table or an index is keyed by. */
export interface KeyNames {
  hash: string;
  range?: string | undefined;
}

/** The key attributes' types, by name. */
export type KeyTypes = Record<string, KeyType>;

export const namesOf = ({ hash, range }: KeyNames): string[] => (range === undefined ? [hash] : [hash, range]);

/** Longer than any key: 2,048 and 1,024 bytes, of which each may be escaped. */
const scratch = Buffer.alloc(16_384);

/** Bytes of a partition, with which the keys of all its items begin. */
export function partitionBytes(hash: AttributeValue): Buffer {
  return Buffer.from(scratch.subarray(0, writePartition(hash)));
}

/** Bytes of a whole key. */
export function keyBytes(hash: AttributeValue, range?: AttributeValue): Buffer {
  const end = writePartition(hash);
  return Buffer.from(scratch.subarray(0, range ? writeValue(end, range) : end));
}

/** A key's bytes without the hash that spreads it: in the order of the partition key itself. */
export const withoutHash = (key: Buffer): Buffer => key.subarray(4);

/** Bytes of a sort key. */
export const sortBytes = (range: AttributeValue): Buffer => Buffer.from(scratch.subarray(0, writeValue(0, range)));

/** With which the bytes of each sort key begin that begins with these. */
export function sortPrefix(range: AttributeValue): Buffer {
  const end = writeValue(0, range);
  return Buffer.from(scratch.subarray(0, end - 2));
}

/** Behind every key. */
export const lastKey = Buffer.alloc(2100, 0xff);

/** The first bytes behind this key alone. */
export const after = (key: Buffer): Buffer => Buffer.concat([key, Buffer.alloc(1)]);

/** The first bytes behind all that begin with these. */
export function behind(prefix: Buffer): Buffer {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  const bytes = Buffer.from(prefix.subarray(0, length));
  if (length === 0) return lastKey;
  bytes[length - 1] = (bytes[length - 1] as number) + 1;
  return bytes;
}

function writePartition(hash: AttributeValue): number {
  const end = writeValue(4, hash);
  scratch.writeUInt32BE(hashOf(scratch, 4, end), 0);
  return end;
}

function writeValue(offset: number, value: AttributeValue): number {
  if (value.N !== undefined) return writeNumber(scratch, offset, value.N);
  const length =
    value.S !== undefined ? scratch.write(value.S, offset) : scratch.write(value.B ?? "", offset, "base64");
  let end = offset + length;
  const zero = scratch.indexOf(0, offset);
  if (zero >= 0 && zero < end) {
    // Rare: a zero is followed by 255, where the end is by another zero.
    const bytes = Buffer.from(scratch.subarray(offset, end));
    end = offset;
    for (const byte of bytes) {
      scratch[end++] = byte;
      if (byte === 0) scratch[end++] = 0xff;
    }
  }
  scratch[end] = 0;
  scratch[end + 1] = 0;
  return end + 2;
}

/** FNV-1a, with its bits mixed so that the first ones differ, too. */
function hashOf(bytes: Buffer, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Checks size and emptiness of a key's value. @param isHash whether it is of the partition key. */
export function checkKeyValue(name: string, value: AttributeValue, isHash: boolean): void {
  const size = value.S !== undefined ? textSize(value.S) : value.B !== undefined ? binarySize(value.B) : 1;
  if (size === 0) {
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${value.S === undefined ? "binary" : "string"} value. Key: ${name}`,
    );
  }
  if (isHash && size > 2048) {
    throw invalidParameter("Size of hashkey has exceeded the maximum size limit of2048 bytes");
  }
  if (!isHash && size > 1024) {
    throw invalidParameter("Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
  }
}

/** The key of a whole item. @throws AwsError `ValidationException` naming the attribute that is missing or of another type. */
export function itemKey(item: Item, names: KeyNames, types: KeyTypes): Buffer {
  for (const name of namesOf(names)) {
    const value = attribute(item, name);
    if (!value) throw invalidParameter(`Missing the key ${name} in the item`);
    const type = types[name] as KeyType;
    if (value[type] === undefined) {
      throw invalidParameter(`Type mismatch for key ${name} expected: ${type} actual: ${Object.keys(value)[0]}`);
    }
    checkKeyValue(name, value, name === names.hash);
  }
  return keyBytes(item[names.hash] as AttributeValue, names.range === undefined ? undefined : item[names.range]);
}

/** The key that a request names. @throws AwsError `ValidationException` when it is not exactly the table's key. */
export function givenKey(key: Item, names: KeyNames, types: KeyTypes): Buffer {
  const wanted = namesOf(names);
  if (Object.keys(key).length !== wanted.length) throw mismatch();
  for (const name of wanted) {
    const value = attribute(key, name);
    if (value?.[types[name] as KeyType] === undefined) throw mismatch();
    checkKeyValue(name, value, name === names.hash);
  }
  return keyBytes(key[names.hash] as AttributeValue, names.range === undefined ? undefined : key[names.range]);
}

const mismatch = () => invalid("The provided key element does not match the schema");

/** The key attributes alone. */
export const keyOf = (item: Item, names: KeyNames): Item =>
  Object.fromEntries(namesOf(names).map((name) => [name, item[name] as AttributeValue]));
