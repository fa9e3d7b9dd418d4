/** The provider's function `getPolicyDocument`: statements as typed arguments, a policy as JSON. */
import { crc32 } from "node:zlib";
import type { PolicyDocument, PolicyStatement } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";

interface Statement {
  sid?: string;
  effect?: string;
  actions?: string[];
  notActions?: string[];
  resources?: string[];
  notResources?: string[];
  principals?: Named[];
  notPrincipals?: Named[];
  conditions?: { test: string; variable: string; values: string[] }[];
}
interface Named {
  type: string;
  identifiers: string[];
}
type Document = PolicyDocument & { Statement: PolicyStatement[] };

/**
 * Documents are merged in order: sources, the statements, overrides; a statement replaces an earlier one of its `Sid`.
 * Keys and lists come out in the provider's order, so that a program's policies read here as they do in AWS.
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
 * @throws Error naming the `Sid` that is given twice, or the document that is not JSON.
 */
export function policyDocument(args: Properties): Properties {
  const {
    version = "2012-10-17",
    policyId,
    statements = [],
  } = args as { version?: string; policyId?: string; statements?: Statement[] };
  const sources = documents(args.sourcePolicyDocuments, "sourcePolicyDocuments");
  unique(
    sources.flatMap((source) => source.Statement),
    "sourcePolicyDocuments",
  );
  const own: Document = {
    Version: version,
    ...(policyId && { Id: policyId }),
    Statement: statements.map((statement) => compose(statement, version)),
  };
  unique(own.Statement, "statements");
  const all = [...sources, own, ...documents(args.overridePolicyDocuments, "overridePolicyDocuments")];
  const merged = all.reduce(merge, { Statement: [] });
  const { Version, Id, Statement } = merged;
  const result = { ...(Version && { Version }), ...(Id && { Id }), ...(Statement.length > 0 && { Statement }) };
  const json = escaped(JSON.stringify(result, null, 2));
  return { ...args, version, json, minifiedJson: escaped(JSON.stringify(result)), id: String(crc32(json)) };
}

function documents(given: unknown, property: string): Document[] {
  return ((given ?? []) as (string | undefined)[]).flatMap((text, index) => {
    if (!text) return [];
    try {
      const document = JSON.parse(text) as PolicyDocument;
      return [{ ...document, Statement: [document.Statement ?? []].flat().map(normalize) }];
    } catch (error) {
      throw new Error(`getPolicyDocument: ${property}[${index}] is not JSON: ${(error as Error).message}`);
    }
  });
}

function unique(statements: PolicyStatement[], property: string): void {
  const seen = new Set<string>();
  for (const { Sid: sid } of statements) {
    if (sid && seen.has(sid)) throw new Error(`getPolicyDocument: two statements of ${property} have the Sid "${sid}"`);
    if (sid) seen.add(sid);
  }
}

function merge(into: Document, next: Document): Document {
  const statements = [...into.Statement];
  for (const statement of next.Statement) {
    const at = statement.Sid ? statements.findIndex(({ Sid: sid }) => sid === statement.Sid) : -1;
    if (at < 0) statements.push(statement);
    else statements[at] = statement;
  }
  const version = (next.Version ?? "") > (into.Version ?? "") ? next.Version : into.Version;
  const id = next.Id || into.Id;
  return { ...(version && { Version: version }), ...(id && { Id: id }), Statement: statements };
}

/** A statement read from JSON, with its members in the order in which they are written. */
function normalize(statement: PolicyStatement): PolicyStatement {
  const { Sid, Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } = statement;
  return clean({ Sid, Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition });
}

function compose(given: Statement, version: string): PolicyStatement {
  const values = (list: string[] | undefined) =>
    list?.length ? ordered(list.map((text) => variables(text, version))) : undefined;
  return clean({
    Sid: given.sid || undefined,
    Effect: given.effect ?? "Allow",
    Action: given.actions?.length ? ordered(given.actions) : undefined,
    NotAction: given.notActions?.length ? ordered(given.notActions) : undefined,
    Resource: values(given.resources),
    NotResource: values(given.notResources),
    Principal: principals(given.principals, version),
    NotPrincipal: principals(given.notPrincipals, version),
    Condition: conditions(given.conditions, version),
  });
}

const clean = (statement: Record<string, unknown>): PolicyStatement =>
  Object.fromEntries(
    Object.entries(statement).filter(([, value]) => value !== undefined),
  ) as unknown as PolicyStatement;

/** One value stands alone; several are a set, written from last to first. */
function ordered(values: string[]): string | string[] {
  const set = [...new Set(values)];
  return set.length === 1 ? (set[0] as string) : set.sort().reverse();
}

/** `&{aws:username}` is how a policy variable is written where `${…}` means something else. */
function variables(text: string, version: string): string {
  if (version === "2008-10-17" && text.includes("&{")) {
    throw new Error(`getPolicyDocument: "${text}" has a policy variable, which version 2008-10-17 does not know`);
  }
  return text.replaceAll("&{", "${");
}

function principals(given: Named[] | undefined, version: string): PolicyStatement["Principal"] | undefined {
  if (!given?.length) return undefined;
  if (given.length === 1 && given[0]?.type === "*" && given[0].identifiers.join() === "*") return "*";
  const byType = new Map<string, string[]>();
  for (const { type, identifiers } of given) {
    const found = identifiers.map((text) => variables(text, version));
    byType.set(type, [...(byType.get(type) ?? []), ...found]);
  }
  return Object.fromEntries(sorted(byType).map(([type, names]) => [type, ordered(names)]));
}

function conditions(given: Statement["conditions"], version: string): PolicyStatement["Condition"] | undefined {
  if (!given?.length) return undefined;
  const byTest = new Map<string, Map<string, string[]>>();
  for (const { test, variable, values } of given) {
    const keys = byTest.get(test) ?? new Map<string, string[]>();
    byTest.set(test, keys);
    keys.set(variable, [...(keys.get(variable) ?? []), ...values.map((text) => variables(text, version))]);
  }
  // The values of a condition keep their order.
  const flatten = (values: string[]) => (values.length === 1 ? (values[0] as string) : values);
  return Object.fromEntries(
    sorted(byTest).map(([test, keys]) => [
      test,
      Object.fromEntries(sorted(keys).map(([key, values]) => [key, flatten(values)])),
    ]),
  );
}

const sorted = <T>(map: Map<string, T>): [string, T][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** As the provider's JSON writer escapes: `<`, `>` and `&` are harmless within HTML. */
const escaped = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
