/** `ExclusiveStartKey`: where a page begins. */
import { invalid } from "../errors.ts";
import type { QueriedKeys } from "../expressions/keyCondition.ts";
import { areEqual } from "../items/compare.ts";
import { givenKey, keyOf, namesOf, sortBytes } from "../items/keys.ts";
import { type AttributeValue, attribute, type Item, type KeyType } from "../items/types.ts";
import type { TableIndex } from "../tables/index.ts";
import type { Table } from "../tables/table.ts";

export interface StartingKey {
  /** Of the row behind which the page begins. */
  bytes: Buffer;
  /** @throws AwsError `ValidationException` when the query could not have come to it. */
  checkWithin(queried: QueriedKeys): void;
}

/** @throws AwsError `ValidationException` when it is not the key of the table, and of the index that is read. */
export function startingKey(table: Table, index: TableIndex | undefined, given: Item, isScan = false): StartingKey {
  const { attributes } = table.definition;
  const keys = index ? index.definition.keys : table.keys;
  const names = new Set([...namesOf(table.keys), ...namesOf(keys)]);
  const right = [...names].every((name) => attribute(given, name)?.[attributes[name] as KeyType] !== undefined);
  if (!right || Object.keys(given).length !== names.size) {
    throw invalid(
      isScan
        ? "The provided starting key is invalid: The provided key element does not match the schema"
        : "The provided starting key is invalid",
    );
  }
  const own = givenKey(keyOf(given, table.keys), table.keys, attributes);
  const bytes = index ? (index.entry(given, own) as Buffer) : own;
  return {
    bytes,
    checkWithin({ hash, includes }) {
      const sort = keys.range === undefined ? undefined : (given[keys.range] as AttributeValue);
      if (!areEqual(given[keys.hash] as AttributeValue, hash)) {
        throw invalid("The provided starting key is outside query boundaries based on provided conditions");
      }
      if (sort && !includes(sortBytes(sort))) {
        throw invalid("The provided starting key does not match the range key predicate");
      }
    },
  };
}
