import { type Document, isScalar, LineCounter, parseAllDocuments, type ScalarTag, visit } from "yaml";

/** What a YAML text holds. A mapping is a Map, as its keys need not be text; a whole number is a bigint. */
export type Yaml = string | bigint | number | boolean | null | Date | Yaml[] | Map<Yaml, Yaml>;

/** Whole numbers as Pulumi's reader writes and reads them: `010` and `0o10` are 8, `1_000` is 1000. */
const integer: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-f_]+|\d[\d_]*)$/i,
  resolve(text) {
    const digits = text.replace(/^[-+]/, "").replaceAll("_", "").toLowerCase();
    const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
    return text.startsWith("-") ? -value : value;
  },
};

/**
 * Reads the first document of a YAML text as the Pulumi CLI does, whose reader is neither quite YAML 1.1 nor 1.2: `yes` is
 * a text, `010` is 8, a date is a date. https://pkg.go.dev/gopkg.in/yaml.v3#readme-compatibility
 * @throws Error in the CLI's words. Of a syntax error only their beginning is its own: the rest is this reader's.
 */
export function parseYaml(text: string): Yaml {
  if (/[^\P{Cc}\t\n\r\u0085]/u.test(text)) throw invalid("control characters are not allowed");
  const lines = new LineCounter();
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: "silent",
  } as const;
  const customTags = (tags: unknown[]) => [integer, "timestamp" as const, ...(tags as ScalarTag[])];
  const [document] = parseAllDocuments(text.replace(/^\uFEFF/, ""), { ...options, customTags }) as Document.Parsed[];
  if (!document) return null;
  const line = (offset: number) => lines.linePos(offset).line;
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== "1.1") {
    throw invalid("found incompatible YAML document");
  }
  for (const { message, pos } of document.errors) throw invalid(`line ${line(pos[0])}: ${message}`);
  refuseDuplicates(document, line);
  let value: unknown;
  try {
    value = document.toJS({ mapAsMap: true });
  } catch (error) {
    const [, name] = /^Unresolved alias.*: (.*)$/.exec((error as Error).message) ?? [];
    throw invalid(name === undefined ? (error as Error).message : `unknown anchor '${name}' referenced`);
  }
  refuseCircles(value, []);
  return value as Yaml;
}

const invalid = (what: string): Error => new Error(`invalid YAML file: yaml: ${what}`);

function refuseDuplicates(document: Document, line: (offset: number) => number): void {
  const found: string[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Map<unknown, number>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === "<<") continue;
        const at = line(key.range?.[0] ?? 0);
        const before = seen.get(key.value);
        if (before === undefined) seen.set(key.value, at);
        else
          found.push(
            `  line ${at}: mapping key ${JSON.stringify(String(key.value))} already defined at line ${before}`,
          );
      }
    },
  });
  if (found.length > 0) throw new Error(`yaml: unmarshal errors:\n${found.join("\n")}`);
}

/** An alias within what it stands for has no end. */
function refuseCircles(value: unknown, within: unknown[]): void {
  if (within.includes(value)) throw invalid("anchor value contains itself");
  const inner = value instanceof Map ? value.values() : Array.isArray(value) ? value : [];
  for (const item of inner) refuseCircles(item, [...within, value]);
}
