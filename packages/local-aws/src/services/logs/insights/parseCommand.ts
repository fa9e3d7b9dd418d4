/**
 * `parse`: fields by a pattern with wildcards, or by the named groups of a regular expression.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html
 */
import type { RE2JS } from "re2js";
import type { Row } from "./row.ts";
import type { Scanner } from "./scanner.ts";
import { textOf, type Value } from "./values.ts";

export interface Parsed {
  names: string[];
  /** The fields' values; `undefined` where the pattern does not match. */
  read(row: Row): Value[] | undefined;
}

/** What follows the word `parse`. */
export function parsed(scanner: Scanner): Parsed {
  const { kind, value } = scanner.next;
  const isField = kind === "word" || kind === "quotedName";
  if (isField) scanner.take();
  const source = (row: Row): string => textOf(row.get(isField ? value : "@message"));
  const at = scanner.next;
  const regular = scanner.regular();
  if (regular) {
    const names = Object.keys(regular.namedGroups());
    if (names.length === 0) throw scanner.wrong("the regular expression has no named group, (?<name>…)", at);
    return { names, read: (row) => groups(regular, source(row), names) };
  }
  if (at.kind !== "text") throw scanner.wrong("a pattern is expected");
  scanner.take();
  const pieces = at.value.split("*");
  scanner.expect("as");
  const names: string[] = [];
  do {
    const token = scanner.take();
    if (token.kind !== "word" && token.kind !== "quotedName") throw scanner.wrong("a name is expected", token);
    names.push(token.value);
  } while (scanner.skip(","));
  if (names.length !== pieces.length - 1) {
    throw scanner.wrong(`the pattern has ${pieces.length - 1} wildcards, and ${names.length} names are given`, at);
  }
  return { names, read: (row) => between(source(row), pieces) };
}

/** The texts at the wildcards, each as short as can be but for the last, which goes to the end if nothing follows it. */
function between(text: string, [first = "", ...rest]: string[]): string[] | undefined {
  let at = text.indexOf(first);
  if (at < 0) return undefined;
  at += first.length;
  const found: string[] = [];
  for (const [index, piece] of rest.entries()) {
    const isEnd = piece === "" && index === rest.length - 1;
    const end = isEnd ? text.length : text.indexOf(piece, at);
    if (end < 0) return undefined;
    found.push(text.slice(at, end));
    at = end + piece.length;
  }
  return found;
}

function groups(expression: RE2JS, text: string, names: string[]): Value[] | undefined {
  const matcher = expression.matcher(text);
  return matcher.find() ? names.map((name) => matcher.group(name) ?? undefined) : undefined;
}
