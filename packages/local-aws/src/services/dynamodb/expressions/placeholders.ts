/** The names and values that a request gives for the placeholders of its expressions. */
import { AwsError, invalid } from "../errors.ts";
import type { AttributeValue } from "../items/types.ts";
import { asText, checkValue } from "../items/value.ts";
import { isReserved } from "./reservedWords.ts";
import type { PathSyntax } from "./syntax.ts";
import type { Path } from "./tree.ts";

type Given = Record<string, unknown> | null | undefined;

export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, AttributeValue>();
  readonly #used = new Set<string>();

  /**
   * @param names `ExpressionAttributeNames`
   * @param values `ExpressionAttributeValues`
   * @throws AwsError `ValidationException`
   */
  constructor(names: Given, values?: Given) {
    for (const [key, name] of entries("ExpressionAttributeNames", names)) {
      if (!/^#[A-Za-z0-9_]+$/.test(key)) {
        throw invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${key}"`);
      }
      const text = asText(name);
      if (text === "")
        throw invalid(`ExpressionAttributeNames contains invalid value: Empty attribute name for key ${key}`);
      this.#names.set(key, text);
    }
    for (const [key, value] of entries("ExpressionAttributeValues", values)) {
      if (!/^:[A-Za-z0-9_]+$/.test(key)) {
        throw invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
      }
      try {
        this.#values.set(key, checkValue(value));
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "ValidationException") throw error;
        throw invalid(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${key}`);
      }
    }
  }

  /** @param title of the expression, in errors. */
  path(title: string, { parts }: PathSyntax): Path {
    if (parts.length > 32) {
      throw invalid(
        `Invalid ${title}: The document path has too many nesting elements; nesting levels: ${parts.length}`,
      );
    }
    return parts.map((part) => (typeof part === "string" ? this.#name(title, part) : part)) as Path;
  }

  #name(title: string, written: string): string {
    if (!written.startsWith("#")) {
      if (isReserved(written)) {
        throw invalid(`Invalid ${title}: Attribute name is a reserved keyword; reserved keyword: ${written}`);
      }
      return written;
    }
    const name = this.#names.get(written);
    if (name === undefined) {
      throw invalid(
        `Invalid ${title}: An expression attribute name used in the document path is not defined; attribute name: ${written}`,
      );
    }
    this.#used.add(written);
    return name;
  }

  value(title: string, written: string): AttributeValue {
    const value = this.#values.get(written);
    if (!value) {
      throw invalid(
        `Invalid ${title}: An expression attribute value used in expression is not defined; attribute value: ${written}`,
      );
    }
    this.#used.add(written);
    return value;
  }

  /** Once every expression of the request is bound. @throws AwsError `ValidationException` when one is of no use. */
  checkUsed(): void {
    for (const [member, map] of [
      ["ExpressionAttributeNames", this.#names],
      ["ExpressionAttributeValues", this.#values],
    ] as const) {
      const unused = [...map.keys()].filter((key) => !this.#used.has(key));
      if (unused.length > 0) {
        throw invalid(`Value provided in ${member} unused in expressions: keys: {${unused.join(", ")}}`);
      }
    }
  }
}

function entries(member: string, given: Given): [string, unknown][] {
  if (given === undefined || given === null) return [];
  const found = Object.entries(given);
  if (found.length === 0) throw invalid(`${member} must not be empty`);
  return found;
}
