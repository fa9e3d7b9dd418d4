/**
 * Regular expressions written by users, matched against text from others: without backtracking (RE2), which could block
 * the only thread. Lookarounds and back-references, which RE2 lacks, run in JavaScript's own engine with a time
 * limit.
 */
import { createContext, Script } from "node:vm";
import { RE2JS } from "re2js";

export interface Expression {
  /** Whether some part of the text matches; one that takes too long does not. */
  test(text: string): boolean;
  /** Whether the whole text does. */
  matchesWhole(text: string): boolean;
  /** The first group of the first match. */
  firstGroup(text: string): string | undefined;
}

/** Time limit of the fallback per text, in milliseconds. */
const longest = 250;

/** @throws SyntaxError for an invalid regular expression. */
export function compileExpression(source: string): Expression {
  // JavaScript's own parser gives the familiar error messages, and rejects syntax that only RE2 has.
  new RegExp(source);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch {
    return bounded(source);
  }
  return {
    test: (text) => compiled.matcher(text).find(),
    matchesWhole: (text) => compiled.matches(text),
    firstGroup(text) {
      const matcher = compiled.matcher(text);
      return matcher.find() && matcher.groupCount() > 0 ? (matcher.group(1) ?? undefined) : undefined;
    },
  };
}

/**
 * @param by what each match is replaced by, in which `$1` is the first group.
 * @param most how many matches are replaced. Default: all.
 * @throws SyntaxError for an invalid regular expression.
 */
export function replaceAll(source: string, text: string, by: string, most?: number): string {
  const matcher = linear(source).matcher(text);
  return most === 1 ? matcher.replaceFirst(by) : matcher.replaceAll(by);
}

/** Parts of a text, empty ones at its end left out. @throws SyntaxError for an invalid regular expression. */
export const split = (source: string, text: string): string[] => linear(source).split(text);

/** @throws SyntaxError also for what RE2 lacks. */
function linear(source: string): RE2JS {
  new RegExp(source);
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new SyntaxError((error as Error).message);
  }
}

const context = createContext({ source: "", text: "" }) as { source: string; text: string };
const script = new Script("new RegExp(source).exec(text)");

function bounded(source: string): Expression {
  const exec = (expression: string, text: string): string[] | null => {
    Object.assign(context, { source: expression, text });
    try {
      return script.runInContext(context as object, { timeout: longest }) as string[] | null;
    } catch {
      return null;
    }
  };
  return {
    test: (text) => exec(source, text) !== null,
    matchesWhole: (text) => exec(`^(?:${source})$`, text) !== null,
    firstGroup: (text) => exec(source, text)?.[1],
  };
}
