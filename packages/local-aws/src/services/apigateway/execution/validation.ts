/**
 * Request validation: required parameters, and the body by its model (JSON Schema draft-04).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */

import type { ValidateFunction } from "ajv";
import { parseJson } from "../../../jsonText.ts";
import { compileModel } from "../definition/schemas.ts";
import type { Definition } from "../model.ts";
import type { Exchange } from "./exchange.ts";
import { GatewayFailure } from "./failure.ts";
import { mediaType } from "./mediaTypes.ts";
import type { MethodRuntime } from "./stageRuntime.ts";

interface Validator {
  parameters: { kind: string; name: string }[];
  /** By content type; empty when bodies are not validated. */
  models: Map<string, ValidateFunction>;
}

const validators = new WeakMap<MethodRuntime, Validator>();

/** @throws GatewayFailure 400 */
export function validateRequest(exchange: Exchange): void {
  const { method, stage } = exchange;
  let validator = validators.get(method);
  if (!validator) {
    validator = compile(method, stage.definition);
    validators.set(method, validator);
  }
  const missing = validator.parameters.filter((parameter) => !given(exchange, parameter)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new GatewayFailure("BAD_REQUEST_PARAMETERS", `Missing required request parameters: [${missing.join(", ")}]`);
  }
  if (validator.models.size > 0) validateBody(exchange, validator.models);
}

function given(exchange: Exchange, { kind, name }: Validator["parameters"][number]): boolean {
  if (kind === "header") return Boolean(exchange.header(name.toLowerCase()));
  return Boolean(exchange.queryParameters.single?.[name]);
}

function validateBody(exchange: Exchange, models: Map<string, ValidateFunction>): void {
  const model = models.get(mediaType(exchange.header("content-type") ?? "application/json"));
  // A content type without a model is not validated.
  if (!model) return;
  let body: unknown;
  try {
    body = parseJson(exchange.body?.toString() ?? "");
  } catch {
    throw new GatewayFailure("BAD_REQUEST_BODY", undefined, { logged: "[The body is not JSON]" });
  }
  if (model(body)) return;
  const why = (model.errors ?? []).map((error) => `${error.instancePath || "object"} ${error.message}`).join(", ");
  throw new GatewayFailure("BAD_REQUEST_BODY", undefined, { logged: `[${why}]` });
}

function compile({ method }: MethodRuntime, definition: Definition): Validator {
  const settings = definition.requestValidators[method.requestValidatorId ?? ""];
  const parameters = settings?.validateRequestParameters
    ? Object.entries(method.requestParameters ?? {})
        .filter(([name, required]) => required && !name.startsWith("method.request.path."))
        .map(([name]) => {
          const [, , kind = "", ...rest] = name.split(".");
          return { kind, name: rest.join(".") };
        })
    : [];
  const models = new Map<string, ValidateFunction>();
  if (settings?.validateRequestBody) {
    for (const [contentType, name] of Object.entries(method.requestModels ?? {})) {
      models.set(contentType.toLowerCase(), compileModel(definition, name));
    }
  }
  return { parameters, models };
}
