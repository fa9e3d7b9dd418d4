/** Sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
import { numberSize } from "./number.ts";
import { type AttributeValue, type Item, typeOf } from "./types.ts";

/** Bytes of an item, by which limits and capacity are counted. */
export function itemSize(item: Item): number {
  let size = 0;
  for (const name of Object.keys(item)) size += textSize(name) + valueSize(item[name] as AttributeValue);
  return size;
}

function valueSize(value: AttributeValue): number {
  switch (typeOf(value)) {
    case "S":
      return textSize(value.S as string);
    case "N":
      return numberSize(value.N as string);
    case "B":
      return binarySize(value.B as string);
    case "SS":
      return sum(value.SS as string[], textSize);
    case "NS":
      return sum(value.NS as string[], numberSize);
    case "BS":
      return sum(value.BS as string[], binarySize);
    case "L":
      return sum(value.L as AttributeValue[], (one) => 1 + valueSize(one)) + 3;
    case "M":
      return 3 + itemSize(value.M as Item) + Object.keys(value.M as Item).length;
    default:
      return 1;
  }
}

/** Bytes of UTF-8. */
export const textSize = (text: string): number => Buffer.byteLength(text);

/** Bytes that base64 stands for. */
export function binarySize(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

function sum<T>(values: T[], size: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += size(value);
  return total;
}
