/** What mapping templates see of one exchange: `$input`, `$context`, `$util` and `$stageVariables`. */
import { evaluatePath, PathError } from "../../../../jsonPath/evaluate.ts";
import { parsePath } from "../../../../jsonPath/read.ts";
import { parseJson } from "../../../../jsonText.ts";
import type { Exchange } from "../exchange.ts";
import { misconfigured } from "../failure.ts";
import { requestContext } from "../requestContext.ts";
import { contextVariable } from "../variables.ts";
import { callableObject } from "./javaMethods.ts";
import { renderTemplate } from "./velocity.ts";

type Texts = Record<string, unknown>;

/** What templates have put in place of mapped parameters. */
interface RequestOverride {
  path: Texts;
  header: Texts;
  querystring: Texts;
}

export class Mapping {
  readonly exchange: Exchange;
  readonly requestOverride: RequestOverride = quiet({ path: quiet({}), header: quiet({}), querystring: quiet({}) });
  readonly responseOverride: { header: Texts; status?: unknown } = quiet({ header: quiet({}) });
  readonly #context: Record<string, unknown>;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
    const context = requestContext(exchange);
    exchange.context = context;
    this.#context = {
      ...context,
      identity: quiet(context.identity as Texts),
      requestOverride: this.requestOverride,
      responseOverride: this.responseOverride,
    };
  }

  /**
   * Fills a template in.
   * @throws GatewayFailure 500 for a template that is none, or that cannot be filled in.
   */
  render(template: string, body: string, what: "request" | "response"): string {
    const variables = {
      input: inputOf(this.exchange, body === "" ? "{}" : body),
      context: this.#context,
      stageVariables: { ...this.exchange.stage.stage.variables },
      util,
    };
    try {
      return renderTemplate(template, variables);
    } catch (error) {
      const why = (error as Error).message.split("\n", 1)[0];
      throw misconfigured(`Execution failed due to configuration error: Unable to transform ${what}: ${why}`);
    }
  }

  /** `$context.NAME`, as parameters are mapped from it. */
  contextVariable(name: string): string | undefined {
    return contextVariable(this.#context, name);
  }
}

/** Prints as nothing, whatever is in it. */
const quiet = <T extends object>(object: T): T => Object.defineProperty(object, "toString", { value: () => "" });

function inputOf(exchange: Exchange, body: string) {
  const parameters = {
    path: exchange.pathParameters ?? {},
    querystring: exchange.queryParameters.single ?? {},
    header: exchange.headers.single,
  };
  const path = (text: unknown) => valueAt(body, String(text ?? "$"));
  return callableObject({
    body,
    params(name?: unknown) {
      if (name === undefined) return parameters;
      const key = String(name);
      return parameters.path[key] ?? parameters.querystring[key] ?? exchange.header(key.toLowerCase()) ?? "";
    },
    path,
    json: (text: unknown) => JSON.stringify(path(text) ?? ""),
  });
}

/**
 * What a path leads to in a body.
 * @returns null for nothing; the text itself for one that is not JSON.
 */
export function valueAt(body: string, path: string): unknown {
  let value: unknown;
  try {
    value = parseJson(body);
  } catch {
    value = body;
  }
  try {
    return evaluatePath(parsePath(path), value);
  } catch (error) {
    if (error instanceof PathError) return null;
    throw error;
  }
}

const util = callableObject({
  escapeJavaScript: (text: unknown) => escapeJavaScript(printed(text)),
  parseJson: (text: unknown) => parseJson(printed(text)),
  urlEncode: (text: unknown) => new URLSearchParams([["", printed(text)]]).toString().slice(1),
  urlDecode: (text: unknown) => new URLSearchParams(`=${printed(text).replaceAll("&", "%26")}`).get("") ?? "",
  base64Encode: (text: unknown) => Buffer.from(printed(text)).toString("base64"),
  base64Decode: (text: unknown) => Buffer.from(printed(text), "base64").toString(),
});

const printed = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);

/** As a part of a JavaScript string literal. */
const escapeJavaScript = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replaceAll("'", "\\'")
    .replaceAll("/", "\\/")
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
