import { parsed } from "./json.ts";
import type { Resource } from "./rule.ts";

interface Operation {
  security?: Record<string, string[]>[];
  requestBody?: unknown;
  "x-request-body"?: "none";
  "x-amazon-apigateway-auth"?: { type?: string };
  "x-amazon-apigateway-integration"?: { type?: string };
}

interface Document {
  paths?: Record<string, Record<string, Operation>>;
  components?: { securitySchemes?: Record<string, Record<string, unknown>> };
  "x-amazon-apigateway-policy"?: unknown;
}

/** An API's document; an empty one where it has none, or none that is JSON. */
export const documentOf = (body: unknown): Document => (parsed(body) ?? {}) as Document;

/** Operations of an API's document as `GET /path`. A mock integration reveals nothing and changes nothing. */
export function operationsOf({ paths = {} }: Document): [route: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { "x-amazon-apigateway-integration": integration }]) => integration && integration.type !== "mock")
      .map(([method, operation]): [string, Operation] => [
        `${method === "x-amazon-apigateway-any-method" ? "ANY" : method.toUpperCase()} ${path}`,
        operation,
      ]),
  );
}

const asksIam = (scheme: Record<string, unknown>): boolean =>
  String(scheme["x-amazon-apigateway-authtype"]).toLowerCase() === "awssigv4";

/** API keys are asked for by REST APIs alone. */
const asksKey = ({ type, in: place, name }: Record<string, unknown>): boolean =>
  type === "apiKey" && place === "header" && String(name).toLowerCase() === "x-api-key";

/** What an operation asks for: alternatives, each a list of schemes that have to be satisfied together. */
function alternatives({ components }: Document, { security = [] }: Operation): Record<string, unknown>[][] {
  return security.map((all) => Object.keys(all).map((name) => components?.securitySchemes?.[name] ?? {}));
}

/**
 * Whether the gateway asks who calls, whichever alternative a caller takes. It ignores security at the document's root, and
 * schemes that it does not know.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
 */
export function isAuthorised(document: Document, operation: Operation, { http = false } = {}): boolean {
  const type = operation["x-amazon-apigateway-auth"]?.type?.toUpperCase();
  if (type !== undefined) return type === "AWS_IAM";
  const given = alternatives(document, operation);
  const enforced = (scheme: Record<string, unknown>) =>
    scheme["x-amazon-apigateway-authorizer"] !== undefined || asksIam(scheme) || (!http && asksKey(scheme));
  return given.length > 0 && given.every((schemes) => schemes.some(enforced));
}

/** Whether the gateway lets identities of AWS in; a policy of the API may extend that to other accounts. */
export const knowsIdentities = (document: Document): boolean =>
  operationsOf(document).some(
    ([, operation]) =>
      operation["x-amazon-apigateway-auth"]?.type?.toUpperCase() === "AWS_IAM" ||
      alternatives(document, operation).flat().some(asksIam),
  );

/** How config `publicRoutes` lists a route: `API METHOD /path`. */
export const publicRoute = ({ name }: Pick<Resource, "name">, route: string): string => `${name} ${route}`;
