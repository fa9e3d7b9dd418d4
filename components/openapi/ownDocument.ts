import { existsSync, readFileSync } from "node:fs";
import { RunError } from "@pulumi/pulumi";
import { type OpenApiDocument, type Operation, operationKey } from "./document.ts";
import { schemaError } from "./jsonSchema.ts";
import { methods, type ParsedRoute, parseRoute } from "./route.ts";
import { isEnforced } from "./security.ts";

/**
 * Reads a custom OpenAPI document, in JSON or YAML.
 * @throws {RunError} naming the file, and what API Gateway would not import of it.
 */
export function readDocument(path: string): OpenApiDocument {
  const refuse = (value: string, allowed: string) => new RunError(`openApi ${path}: ${value}; allowed is ${allowed}`);
  if (!existsSync(path)) throw refuse("there is no such file", "a file of the program");
  // Loaded only where there is a document to read.
  const { parse } = require("yaml") as typeof import("yaml");
  let document: OpenApiDocument;
  try {
    document = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw refuse((error as Error).message.split("\n", 1)[0]!, "JSON or YAML");
  }
  const { openapi, paths, components } = document ?? {};
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
  if (!/^3\.0\.\d+$/.test(String(openapi))) {
    throw refuse(`openapi is ${JSON.stringify(openapi) ?? "not given"}`, "3.0.x: API Gateway imports no other 3");
  }
  if (typeof paths !== "object" || paths === null) throw refuse("paths is not given", "at least one path");
  for (const [name, schema] of Object.entries(components?.schemas ?? {})) {
    const error = schemaError(schema);
    if (error)
      throw refuse(`components.schemas.${name}: ${error}`, "a JSON Schema of draft 4, as API Gateway's models");
  }
  return withOwnSecurity(document);
}

/** API Gateway ignores `security` at a document's root: here it goes to each operation that has none of its own. */
function withOwnSecurity({ security, ...document }: OpenApiDocument): OpenApiDocument {
  if (!security) return document;
  const secured = (item: OpenApiDocument["paths"][string]) =>
    Object.fromEntries(
      Object.entries(item).map(([key, operation]) => [key, keys.has(key) ? { security, ...operation } : operation]),
    );
  const paths = Object.entries(document.paths).map(([path, item]) => [path, secured(item)] as const);
  return { ...document, paths: Object.fromEntries(paths) };
}

const keys = new Set(methods.map(operationKey));

/**
 * A security scheme that an operation counts on and API Gateway does not enforce.
 * @param decided ids of operations whose callers the program says itself.
 */
export function unenforcedScheme(
  { paths, components }: OpenApiDocument,
  decided: ReadonlySet<string>,
): { operation: string; scheme: string } | undefined {
  for (const [path, item] of Object.entries(paths)) {
    for (const [key, { operationId, security = [] }] of Object.entries(item).filter(([each]) => keys.has(each))) {
      if (operationId && decided.has(operationId)) continue;
      const schemes = security.flatMap((requirement) => Object.keys(requirement));
      const scheme = schemes.find((name) => !isEnforced(components?.securitySchemes?.[name]));
      if (scheme) return { operation: operationId ?? `${key} ${path}`, scheme };
    }
  }
  return undefined;
}

interface OwnOperation extends ParsedRoute {
  operationId: string;
  operation: Operation;
}

/**
 * The document's operations that a function is to answer: all but those with an integration of their own.
 * @throws {RunError} for one without an id, or with one that another has too.
 */
export function operationsOf(document: OpenApiDocument): OwnOperation[] {
  const found = new Map<string, OwnOperation>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[operationKey(method)];
      if (!operation || operation["x-amazon-apigateway-integration"]) continue;
      const { operationId } = operation;
      const refuse = (allowed: string) =>
        new RunError(
          `operationId of ${method} ${path} is ${JSON.stringify(operationId) ?? "not given"}; allowed is ${allowed}`,
        );
      if (!operationId) throw refuse("an id, by which a function is bound to it");
      if (found.has(operationId)) throw refuse("an id that no other operation has");
      found.set(operationId, { ...parseRoute(`${method} ${path}`), operationId, operation });
    }
  }
  return [...found.values()];
}
