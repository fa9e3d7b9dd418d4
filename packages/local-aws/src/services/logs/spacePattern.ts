/**
 * Patterns of space-delimited events, as access logs are: `[ip, user, ..., status = 4*, bytes > 1000]`. Text in quotes or in
 * brackets is one field of the event.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { spaceFields } from "../../kit/logFields.ts";
import { comparison } from "./comparison.ts";
import { invalid } from "./errors.ts";

/** The fields of an event by the names that the pattern gives them; `undefined` for an event that does not match. */
export type Fields = (message: string) => Record<string, string> | undefined;

type Test = (field: string) => boolean;

interface Column {
  /** `undefined`: any number of fields. */
  name: string | undefined;
  test: Test;
}

/** @throws AwsError InvalidParameterException */
export function spacePattern(text: string): Fields {
  const wrong = (why: string) => invalid(`Invalid filter pattern: ${why} (${text})`);
  if (!text.endsWith("]")) throw wrong("it must end with ]");
  const columns = parts(text.slice(1, -1)).map((part) => columnOf(part.trim(), wrong));
  const at = columns.findIndex(({ name }) => name === undefined);
  if (columns.findLastIndex(({ name }) => name === undefined) !== at) throw wrong("... may be there once");
  const before = at < 0 ? columns : columns.slice(0, at);
  const after = at < 0 ? [] : columns.slice(at + 1);
  return (message) => {
    const fields = spaceFields(message);
    const count = before.length + after.length;
    if (at < 0 ? fields.length !== count : fields.length < count) return undefined;
    const named: Record<string, string> = {};
    for (const [index, { name, test }] of [...before, ...after].entries()) {
      const field = (index < before.length ? fields[index] : fields[fields.length - count + index]) as string;
      if (!test(field)) return undefined;
      named[name as string] = field;
    }
    return named;
  };
}

/** At its commas, those in quotes left out. */
const parts = (text: string): string[] => text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? [""];

function columnOf(text: string, wrong: (why: string) => Error): Column {
  if (text === "...") return { name: undefined, test: () => true };
  const names = new Set<string>();
  const sides = text.split("||").map((side) =>
    side.split("&&").map((condition) => {
      const [, name, operator, operand] =
        /^\s*([\w-]+)\s*(?:(!=|>=|<=|=|>|<)\s*("(?:[^"\\]|\\.)*"|[^\s"]+)\s*)?$/.exec(condition) ?? [];
      if (name === undefined) throw wrong(`"${condition.trim()}" is neither a name nor a condition`);
      names.add(name);
      if (operator === undefined) return () => true;
      const compare = comparison(operator, operand as string);
      if (!compare) throw wrong(`"${operator} ${operand}" is not a comparison`);
      const asNumber = numeric.test(operand as string);
      return (field: string) => compare(asNumber && numeric.test(field) ? Number(field) : field);
    }),
  );
  const [name, ...others] = names;
  if (others.length > 0) throw wrong(`"${text}" has several names for one field`);
  return { name: name as string, test: (field) => sides.some((side) => side.every((test) => test(field))) };
}

const numeric = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
