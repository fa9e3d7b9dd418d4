/** Items as DynamoDB's JSON has them. */

/** Types that a key can have. */
export type KeyType = "S" | "N" | "B";
export type ValueType = KeyType | "SS" | "NS" | "BS" | "L" | "M" | "BOOL" | "NULL";

export const valueTypes: ReadonlySet<unknown> = new Set(["S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL"]);

/** Exactly one member is set. Binary values are base64; numbers are text, in the form of {@link normalNumber} once checked. */
export interface AttributeValue {
  S?: string;
  N?: string;
  B?: string;
  SS?: string[];
  NS?: string[];
  BS?: string[];
  L?: AttributeValue[];
  M?: Item;
  BOOL?: boolean;
  NULL?: boolean;
}

export type Item = Record<string, AttributeValue>;

/** The type of a value that was checked. */
export function typeOf(value: AttributeValue): ValueType {
  for (const type in value) return type as ValueType;
  return "NULL";
}

/** What a value that was checked holds. */
export function contentOf(value: AttributeValue): unknown {
  for (const type in value) return value[type as ValueType];
  return undefined;
}

/** An attribute of an item; nothing that every object inherits. */
export const attribute = (item: Item, name: string): AttributeValue | undefined =>
  Object.hasOwn(item, name) ? item[name] : undefined;

/** Sets an attribute, whatever its name: `__proto__` is one, too. */
export function setAttribute(item: Item, name: string, value: AttributeValue): void {
  if (name === "__proto__") {
    Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true });
  } else item[name] = value;
}
