/** One change of one item: its row, its index entries, its stream record, its capacity, all in the transaction at hand. */
import { invalid, invalidParameter } from "../errors.ts";
import { checkKeyValue, namesOf } from "../items/keys.ts";
import { itemSize } from "../items/size.ts";
import { attribute, type Item, typeOf } from "../items/types.ts";
import type { Row } from "../storage/rows.ts";
import type { Streams } from "../streams/streams.ts";
import type { TableIndex } from "../tables/index.ts";
import type { Table } from "../tables/table.ts";

/** Bytes of the largest item. */
export const largestItem = 400 * 1024;

/** An item as it is to be kept. */
export interface Next {
  item: Item;
  text: string;
  size: number;
}

/** Write units: of the table, and by name of each index that changed. */
export interface WriteUnits {
  table: number;
  indexes: Map<string, number>;
}

export const tooLarge = (isUpdate = false) =>
  invalid(`Item size${isUpdate ? " to update" : ""} has exceeded the maximum allowed size`);

/** The item as it is to be kept. @param isUpdate whether an update makes it: refusals say so. @throws AwsError `ValidationException` */
export function nextOf(table: Table, item: Item, isUpdate = false): Next {
  const size = itemSize(item);
  if (size > largestItem) throw tooLarge(isUpdate);
  checkIndexKeys(table, item, isUpdate);
  return { item, text: JSON.stringify(item), size };
}

const unsupportedUpdate = "The update expression attempted to update the secondary index key to unsupported type";

/** What an index is keyed by must be of its type, and not empty, where an item has it. */
function checkIndexKeys({ definition }: Table, item: Item, isUpdate: boolean): void {
  for (const index of [...definition.global, ...definition.local]) {
    for (const name of namesOf(index.keys)) {
      const value = attribute(item, name);
      if (!value) continue;
      const type = definition.attributes[name] as "S" | "N" | "B";
      if (value[type] === undefined) {
        if (isUpdate) throw invalidParameter(unsupportedUpdate);
        throw invalidParameter(
          `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
        );
      }
      if (value.S === "" || value.B === "") {
        const kind = type === "S" ? "string" : "binary";
        if (isUpdate) {
          throw invalid(
            `One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty ${kind} value.`,
          );
        }
        throw invalid(
          `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${index.name}, IndexKey: ${name}`,
        );
      }
      checkKeyValue(name, value, name === index.keys.hash);
    }
  }
}

/**
 * @param old the item as it is, if it is
 * @param next as it shall be; nothing to delete it
 * @param byService whether DynamoDB itself removes it, because it expired
 */
export function change(
  table: Table,
  streams: Streams,
  key: Buffer,
  old: Row | undefined,
  next: Next | undefined,
  byService = false,
): WriteUnits {
  const { rows, definition, indexes } = table;
  const units = { table: writeUnits(Math.max(old?.size ?? 0, next?.size ?? 0)), indexes: new Map<string, number>() };
  if (!old && !next) return units;
  let id = old?.id;
  if (!next) rows.delete(old as Row);
  else if (old) rows.update(old, next.text, next.size);
  else id = rows.insert(key, next.text, next.size);
  for (const index of indexes) {
    const used = changeEntry(index, key, id as number, old, next);
    if (used > 0 && index.definition !== definition.ttl?.index) units.indexes.set(index.definition.name, used);
  }
  const { stream } = definition;
  if (stream && stream.ended === undefined) streams.record(stream, old, next, byService);
  return units;
}

function changeEntry(index: TableIndex, key: Buffer, id: number, old: Row | undefined, next: Next | undefined): number {
  const before = old && index.entry(old.item, key);
  const after = next && index.entry(next.item, key);
  if (before && after && before.equals(after)) {
    // Perhaps nobody has entered it yet.
    if (index.definition.filling) index.rows.insert(after, id, index.size(next));
    const sizes = [index.size(old), index.size(next)] as [number, number];
    if (sizes[0] !== sizes[1]) index.rows.counts.add(0, sizes[1] - sizes[0]);
    else if (index.isWhole ? old.text === next.text : textOf(index, old) === textOf(index, next)) return 0;
    return writeUnits(Math.max(...sizes));
  }
  let units = 0;
  if (before) {
    const size = index.size(old as Row);
    index.rows.delete(before, size);
    units += writeUnits(size);
  }
  if (after) {
    const size = index.size(next as Next);
    index.rows.insert(after, id, size);
    units += writeUnits(size);
  }
  return units;
}

const textOf = (index: TableIndex, { item }: { item: Item }) => JSON.stringify(index.project(item));

/** One for each kilobyte that is begun. */
export const writeUnits = (size: number): number => Math.max(1, Math.ceil(size / 1024));
