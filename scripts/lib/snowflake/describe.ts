import { Failure } from "../failure.ts";

/** Properties of both integrations that matter here, in Snowflake's names. */
export const properties = [
  "API_AWS_IAM_USER_ARN",
  "API_AWS_EXTERNAL_ID",
  "API_AWS_ROLE_ARN",
  "STORAGE_AWS_IAM_USER_ARN",
  "STORAGE_AWS_EXTERNAL_ID",
  "STORAGE_AWS_ROLE_ARN",
] as const;

export type Property = (typeof properties)[number];

export type Described = Partial<Record<Property, string>>;

/**
 * What `DESCRIBE INTEGRATION` answered, as it is pasted: a table in frames, tabs or Markdown, CSV, or JSON; of one
 * integration or of both, with anything around it. Columns are property, property_type, property_value, property_default.
 * @throws {Failure} when nothing is found, or one property has two values.
 */
export function readDescribed(text: string): Described {
  const found: Described = {};
  for (const [name, value] of fromJson(text) ?? fromLines(text)) {
    const property = properties.find((one) => one === name.toUpperCase());
    if (!property || value === "") continue;
    if (found[property] !== undefined && found[property] !== value) {
      throw new Failure(
        `${property} is there twice: ${found[property]} and ${value}. Paste what one stack's integrations are`,
      );
    }
    found[property] = value;
  }
  if (Object.keys(found).length > 0) return found;
  throw new Failure(
    "No property of an integration is in it. Paste what both DESCRIBE INTEGRATION statements answer; see: dsp snowflake sql integrations",
  );
}

type Pair = [name: string, value: string];

/** Rows as objects, as `snow sql --format json` prints them: several statements answer an array each. */
function fromJson(text: string): Pair[] | undefined {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return undefined;
  // The answers of two statements, one after the other, are no document: they are made one.
  for (const candidate of [trimmed, `[${trimmed.replace(/([\]}])\s*(?=[[{])/g, "$1,")}]`]) {
    try {
      return pairsOf(JSON.parse(candidate));
    } catch {
      // The next one, or lines of text.
    }
  }
  return undefined;
}

function pairsOf(value: unknown): Pair[] {
  if (Array.isArray(value)) return value.flatMap(pairsOf);
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value).map(([key, one]): Pair => [key.toLowerCase(), String(one ?? "")]);
  const row = Object.fromEntries(entries);
  return row.property !== undefined ? [[row.property, row.property_value ?? ""]] : entries;
}

/** From a property's name to the separator after it: a frame, a tab, CSV's, or spaces. */
const firstCell = new RegExp(`(?:${properties.join("|")})"?( *[|│\\t,;]| {2,})`, "i");

/** The value is the third cell from the name on; where two are all there is, the second. No value has a separator in it. */
function fromLines(text: string): Pair[] {
  return text.split(/\r?\n/).flatMap((line): Pair[] => {
    const found = firstCell.exec(line);
    if (!found) return [];
    const separator = found[1]!.at(-1) === " " ? / {2,}/ : found[1]!.at(-1)!;
    const cells = line
      .slice(found.index)
      .split(separator)
      .map((cell) => cell.replace(/^[\s"]+|[\s"]+$/g, ""));
    return [[cells[0]!, (cells.length === 2 ? cells[1] : cells[2]) ?? ""]];
  });
}
