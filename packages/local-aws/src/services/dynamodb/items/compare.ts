/** How values that were checked compare. */
import { compareNumbers } from "./number.ts";
import { type AttributeValue, contentOf, type Item, typeOf } from "./types.ts";

/** Equal in type and content; the order of a set and of a map's names does not count. */
export function areEqual(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  switch (type) {
    case "SS":
    case "NS":
    case "BS": {
      const members = new Set(a[type]);
      const others = b[type] as string[];
      return members.size === others.length && others.every((one) => members.has(one));
    }
    case "L": {
      const others = b.L as AttributeValue[];
      return a.L?.length === others.length && a.L.every((one, index) => areEqual(one, others[index] as AttributeValue));
    }
    case "M":
      return areEqualItems(a.M as Item, b.M as Item);
    default:
      return contentOf(a) === contentOf(b);
  }
}

export function areEqualItems(a: Item, b: Item): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && areEqual(a[name] as AttributeValue, b[name] as AttributeValue))
  );
}

/** Below 0, 0 or above it; nothing when the two have no order: other types than S, N and B, or two types. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.S !== undefined && b.S !== undefined) return compareTexts(a.S, b.S);
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  if (a.B !== undefined && b.B !== undefined) {
    return Buffer.compare(Buffer.from(a.B, "base64"), Buffer.from(b.B, "base64"));
  }
  return undefined;
}

/** By UTF-8 bytes; JavaScript's own order differs where half of a surrogate pair meets a character behind them. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  if (/[\ud800-\uffff]/.test(a) || /[\ud800-\uffff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
