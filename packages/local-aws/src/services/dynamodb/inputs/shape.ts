/** Shapes of requests, with the bounds that AWS checks before anything else, and its words for what is out of them. */
import { type AwsError, invalid, serialization } from "../errors.ts";
import { asText } from "../items/value.ts";

export type Json = Record<string, unknown>;

interface Common {
  required?: boolean;
  /** What is said, alone, where it is not there. */
  missing?: string;
}
export interface TextShape extends Common {
  type: "text";
  min?: number;
  max?: number;
  pattern?: RegExp;
  oneOf?: readonly string[];
}
export interface IntegerShape extends Common {
  type: "integer";
  /** How AWS calls the member where it does not show its value. */
  word?: string;
  min?: number;
  max?: number;
}
export interface ListShape extends Common {
  type: "list";
  of: Shape;
  min?: number;
  max?: number;
}
export interface MapShape extends Common {
  type: "map";
  /** Bounds of the lists that it holds, of which AWS speaks as of the map. */
  each?: { min: number; max: number };
  of: Shape;
  min?: number;
  max?: number;
}
export interface StructureShape extends Common {
  type: "structure";
  /** How AWS calls it where it shows one. */
  name?: string;
  members: Record<string, Shape>;
}
/** What is checked elsewhere: attribute values, and maps of such. */
export type Shape =
  | TextShape
  | IntegerShape
  | ListShape
  | MapShape
  | StructureShape
  | (Common & { type: "boolean" | "value" | "item" });

/**
 * @throws AwsError `SerializationException` when a member is of another type, `ValidationException` with all that is out of
 * bounds.
 */
export function checkInput(members: Record<string, Shape>, input: Json): void {
  const faults: string[] = [];
  checkMembers(members, input, "", faults);
  if (faults.length === 0) return;
  // AWS stops at ten.
  const shown = faults.slice(0, 10);
  throw invalid(`${shown.length} validation error${shown.length > 1 ? "s" : ""} detected: ${shown.join("; ")}`);
}

function checkMembers(members: Record<string, Shape>, input: Json, path: string, faults: string[]): void {
  for (const name in members) {
    const shape = members[name] as Shape;
    const value = input[name];
    if (value === undefined || value === null) {
      if (value === null) delete input[name];
      if (shape.missing !== undefined) throw invalid(shape.missing);
      if (shape.required) faults.push(fault(null, at(path, camel(name)), "Member must not be null"));
      continue;
    }
    check(shape, value, path, name, faults);
  }
}

function check(shape: Shape, value: unknown, parent: string, name: string, faults: string[]): void {
  switch (shape.type) {
    case "text":
      checkText(shape, asText(value), at(parent, camel(name)), faults);
      break;
    case "integer":
      checkInteger(shape, value, at(parent, camel(name)), faults);
      break;
    case "boolean":
      if (typeof value !== "boolean") throw serialization("Unexpected token received from parser");
      break;
    case "list": {
      if (!Array.isArray(value)) throw notA("list", value);
      const path = at(parent, camel(name));
      checkLength(shape, value.length, value, path, faults);
      for (const [index, one] of value.entries()) {
        const member = `${index + 1}.member`;
        if (one === null) faults.push(fault(null, at(path, member), "Member must not be null"));
        else check(shape.of, one, path, member, faults);
      }
      break;
    }
    case "map": {
      const map = asObject(value);
      const path = at(parent, camel(name));
      checkLength(shape, Object.keys(map).length, map, path, faults);
      checkEach(shape, map, path, faults);
      for (const [key, one] of Object.entries(map)) {
        if (one === null) faults.push(fault(null, at(path, `${key}.member`), "Member must not be null"));
        else check(shape.of, one, path, `${key}.member`, faults);
      }
      break;
    }
    case "structure":
      checkMembers(shape.members, asObject(value), at(parent, camel(name)), faults);
      break;
    default:
      asObject(value);
  }
}

function checkText({ min, max, pattern, oneOf }: TextShape, text: string, path: string, faults: string[]): void {
  if (oneOf && !oneOf.includes(text)) {
    faults.push(fault(text, path, `Member must satisfy enum value set: [${oneOf.join(", ")}]`));
  }
  if (pattern && text !== "" && !pattern.test(text)) {
    const shown = pattern.source.replace(/^\^(?:\(arn:\.\+\|)?|\)?\$$/g, "");
    faults.push(fault(text, path, `Member must satisfy regular expression pattern: ${shown}`));
  }
  if (min !== undefined && text.length < min) {
    faults.push(fault(text, path, `Member must have length greater than or equal to ${min}`));
  }
  if (max !== undefined && text.length > max && !text.startsWith("arn:")) {
    faults.push(fault(text, path, `Member must have length less than or equal to ${max}`));
  }
}

function checkInteger({ min, max, word }: IntegerShape, value: unknown, path: string, faults: string[]): void {
  if (typeof value === "string") throw serialization("STRING_VALUE cannot be converted to Integer");
  if (typeof value === "boolean")
    throw serialization(`${String(value).toUpperCase()}_VALUE cannot be converted to Integer`);
  if (typeof value !== "number") throw notA("number", value);
  if (min !== undefined && value < min && word !== undefined) {
    faults.push(
      `Value at '${word}' failed to satisfy constraint: Member must have value greater than or equal to ${min}`,
    );
  } else if (min !== undefined && value < min) {
    faults.push(fault(value, path, `Member must have value greater than or equal to ${min}`));
  }
  if (max !== undefined && value > max) {
    faults.push(fault(value, path, `Member must have value less than or equal to ${max}`));
  }
}

function checkLength(
  shape: ListShape | MapShape,
  length: number,
  value: unknown,
  path: string,
  faults: string[],
): void {
  const { min, max } = shape;
  if (min !== undefined && length < min) {
    faults.push(fault(value, path, `Member must have length greater than or equal to ${min}`, shape));
  }
  if (max !== undefined && length > max) {
    faults.push(fault(value, path, `Member must have length less than or equal to ${max}`, shape));
  }
}

function checkEach({ each }: MapShape, map: Json, path: string, faults: string[]): void {
  if (!each) return;
  const lengths = Object.values(map).map((one) => (Array.isArray(one) ? one.length : each.min));
  if (lengths.every((length) => length >= each.min && length <= each.max)) return;
  const bounds = `[Member must have length less than or equal to ${each.max}, Member must have length greater than or equal to ${each.min}]`;
  faults.push(fault(map, path, `Map value must satisfy constraint: ${bounds}`));
}

function asObject(value: unknown): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw notA("map", value);
}

function notA(wanted: string, value: unknown): AwsError {
  if (Array.isArray(value)) return serialization("Start of list found where not expected");
  if (typeof value === "object" && wanted !== "map") {
    return serialization("Start of structure or map found where not expected.");
  }
  return serialization("Unexpected field type");
}

/** Texts are shown whole, collections in short: nobody needs a page of items again. */
function fault(value: unknown, path: string, constraint: string, shape?: Shape): string {
  const text = shown(value, shape);
  return `Value ${value === null ? text : `'${text}'`} at '${path}' failed to satisfy constraint: ${constraint}`;
}

/** As Java prints it. */
function shown(value: unknown, shape?: Shape): string {
  if (typeof value !== "object" || value === null) return String(value);
  const of = shape && "of" in shape ? shape.of : undefined;
  if (Array.isArray(value)) return `[${short(value.map((one) => shown(one, of)).join(", "))}]`;
  const isStructure = shape?.type === "structure" && shape.name !== undefined;
  const members = Object.entries(value).map(([name, one]) => `${isStructure ? camel(name) : name}=${shown(one, of)}`);
  return isStructure ? `${shape.name}(${members.join(", ")})` : `{${short(members.join(", "))}}`;
}

const short = (text: string) => (text.length > 1000 ? `${text.slice(0, 1000)}...` : text);

const at = (parent: string, name: string): string => (parent === "" ? name : `${parent}.${name}`);
const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
