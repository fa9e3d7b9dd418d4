/** Checks attribute values as they come in, and brings them to the form in which they are stored. */
import { invalid, invalidParameter, serialization } from "../errors.ts";
import { normalNumber } from "./number.ts";
import { type AttributeValue, type Item, setAttribute, type ValueType, valueTypes } from "./types.ts";

/** Levels of lists and maps within a value: the attribute itself is the first of 32. */
const deepest = 31;

/**
 * A map of attributes, checked and in normal form; the object that is given may be changed and used.
 * @throws AwsError `SerializationException` for another shape, `ValidationException` for what no value can be.
 */
export function checkItem(given: unknown, depth = 0): Item {
  const item = asObject(given);
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value === null || value === undefined) {
      delete item[name];
      continue;
    }
    const checked = checkValue(value, depth);
    if (checked !== value) setAttribute(item as Item, name, checked);
  }
  return item as Item;
}

/** One value; see {@link checkItem}. */
export function checkValue(given: unknown, depth = 0): AttributeValue {
  const value = asObject(given);
  const names = Object.keys(value);
  if (names.length === 1 && valueTypes.has(names[0] as string) && value[names[0] as string] !== null) {
    checkContent(value, names[0] as ValueType, depth);
    return value as AttributeValue;
  }
  const present = names.filter((name) => valueTypes.has(name) && value[name] !== null && value[name] !== undefined);
  if (present.length === 0) {
    throw invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
  if (present.length > 1) {
    throw invalid(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  }
  const [type] = present as [ValueType];
  checkContent(value, type, depth);
  return { [type]: value[type] } as AttributeValue;
}

function checkContent(value: Record<string, unknown>, type: ValueType, depth: number): void {
  const content = value[type];
  switch (type) {
    case "S":
      asText(content);
      break;
    case "N": {
      const given = asText(content);
      const number = normalNumber(given);
      if (number !== given) value.N = number;
      break;
    }
    case "B":
      value.B = base64(content);
      break;
    case "BOOL":
      asBoolean(content);
      break;
    case "NULL":
      if (!asBoolean(content)) throw invalidParameter("Null attribute value types must have the value of true");
      break;
    case "SS":
    case "NS":
    case "BS":
      value[type] = checkSet(type, asList(content));
      break;
    case "L": {
      checkDepth(depth);
      const list = asList(content);
      for (let i = 0; i < list.length; i++) list[i] = checkValue(list[i], depth + 1);
      break;
    }
    case "M":
      checkDepth(depth);
      value.M = checkItem(content, depth + 1);
  }
}

function checkDepth(depth: number): void {
  if (depth < deepest) return;
  throw invalid(
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
  );
}

const emptySets = {
  SS: "An string set  may not be empty",
  NS: "An number set  may not be empty",
  BS: "Binary sets should not be empty",
};

function checkSet(type: "SS" | "NS" | "BS", given: unknown[]): string[] {
  if (given.length === 0) throw invalidParameter(emptySets[type]);
  const members = given.map(type === "BS" ? base64 : asText);
  const normal = type === "NS" ? members.map(normalNumber) : members;
  if (new Set(normal).size < normal.length) {
    if (type === "NS") throw invalid("Input collection contains duplicates");
    throw invalidParameter(
      `Input collection [${normal.join(", ")}]${type === "BS" ? "of type BS " : " "}contains duplicates.`,
    );
  }
  return normal;
}

/** Base64 in its one spelling. */
function base64(given: unknown): string {
  const text = asText(given);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw serialization("Base64 encoded length is expected a multiple of 4 bytes, of the characters of base64");
  }
  // The bits that padding leaves over may be anything.
  return text.endsWith("=") ? Buffer.from(text, "base64").toString("base64") : text;
}

function asObject(value: unknown): Record<string, unknown> {
  if (Array.isArray(value)) throw serialization("Start of list found where not expected");
  if (typeof value !== "object" || value === null) throw serialization("Unexpected field type");
  return value as Record<string, unknown>;
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw serialization(
    typeof value === "object" ? "Start of structure or map found where not expected." : "Unexpected field type",
  );
}

/** @throws AwsError `SerializationException` when it is no text. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") throw serialization("NUMBER_VALUE cannot be converted to String");
  if (typeof value === "boolean")
    throw serialization(`${String(value).toUpperCase()}_VALUE cannot be converted to String`);
  if (Array.isArray(value)) throw serialization("Unrecognized collection type class java.lang.String");
  throw serialization("Start of structure or map found where not expected.");
}

function asBoolean(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw serialization("Unexpected token received from parser");
}
