import { Failure } from "../failure.ts";

/** A piece of SQL in which every name and value is quoted already. */
export class Sql {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * SQL from a template. What is put in is a piece of SQL, or a value, which becomes a literal: no text gets into a
 * statement unquoted. A piece of several lines keeps the indentation of its place.
 */
export function sql(strings: TemplateStringsArray, ...values: (Sql | string | number)[]): Sql {
  let text = strings[0]!;
  for (const [index, value] of values.entries()) {
    const indent = /(?:^|\n)([ ]*)[^\n]*$/.exec(text)![1]!;
    text += value instanceof Sql ? value.text.replaceAll("\n", `\n${indent}`) : literal(value);
    text += strings[index + 1]!;
  }
  return new Sql(text);
}

export const join = (pieces: Sql[], separator: string): Sql => new Sql(pieces.map(({ text }) => text).join(separator));

/** https://docs.snowflake.com/en/sql-reference/data-types-text#escape-sequences-in-single-quoted-string-constants */
const escapes: Record<string, string> = { "\\": "\\\\", "'": "''", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/** A string constant in single quotes, or a number. */
function literal(value: string | number): string {
  if (typeof value === "number") return String(value);
  // Two dollars would end the constant that a task's body stands in.
  return `'${value.replace(/[\\'\n\r\t\0]/g, (character) => escapes[character]!).replaceAll("$$", "$\\x24")}'`;
}

/** A name in double quotes, as it is. https://docs.snowflake.com/en/sql-reference/identifiers-syntax */
export const identifier = (name: string): Sql => new Sql(`"${name.replaceAll('"', '""')}"`);

/** A name with what it is in before it: `"DATABASE"."SCHEMA"."NAME"`. */
export const qualified = (...names: string[]): Sql => join(names.map(identifier), ".");

/**
 * The name that Snowflake understands by what someone writes: in double quotes as it is, a plain one in capitals.
 * @param option where it was written, for the error.
 * @throws {Failure} for what is no name.
 */
export function readName(option: string, written: string): string {
  const quoted = /^"((?:[^"]|"")+)"$/.exec(written)?.[1]?.replaceAll('""', '"');
  const name = quoted ?? (/^[A-Za-z_][\w$]*$/.test(written) ? written.toUpperCase() : written);
  // Snowflake would take two dollars, but a task's body stands between such.
  if (name.length >= 1 && name.length <= 255 && !/[\p{Cc}]|\$\$/u.test(name)) return name;
  throw new Failure(
    `${option} is ${JSON.stringify(written)}; allowed are 1 to 255 characters, none of them a control character, without $$`,
  );
}

/** A block of Snowflake Scripting as one statement, which every client takes for one. */
export const block = (body: Sql): Sql => sql`EXECUTE IMMEDIATE $$
${body}
$$`;
