/**
 * Models: JSON Schemas (draft-04) by name. Within a model, another one is `$ref`ed by its URL; an OpenAPI document
 * says `#/components/schemas/NAME` instead, which is rewritten here as AWS does.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 */
import { createHash } from "node:crypto";
import type { Definition, Model } from "../model.ts";
import { badRequest, newId } from "../records.ts";
import type { OpenApi, Schema } from "./openApi.ts";

const modelUrl = (apiId: string, name: string) => `https://apigateway.amazonaws.com/restapis/${apiId}/models/${name}`;
const MODEL_REF =
  /^(?:#\/(?:components\/schemas|definitions|models)\/|https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]+\/models\/)(.+)$/;

/** The model that a `$ref` names; `undefined` when it refers to a part of the schema itself. */
export const referredModel = (ref: string): string | undefined => MODEL_REF.exec(ref)?.[1];

export function readModels(document: OpenApi, definition: Definition, apiId: string): void {
  const schemas = document.components?.schemas ?? {};
  for (const [name, schema] of Object.entries(schemas)) {
    checkModelName(name);
    for (const ref of references(schema)) {
      const model = referredModel(ref);
      if (model && !schemas[model] && !definition.models[model]) {
        throw badRequest(
          `Invalid model specified: schema '${name}' refers to '${ref}', which the document does not have`,
        );
      }
    }
    putModel(definition, name, schema, "application/json", apiId);
  }
}

export function checkModelName(name: string): void {
  if (!/^[a-zA-Z0-9]+$/.test(name)) throw badRequest(`Model name must be alphanumeric: ${name}`);
}

/** The model name for a schema of the document: that of its `$ref`, or of a model created for it. */
export function modelOf(definition: Definition, schema: Schema, contentType: string, apiId: string): string {
  const referred = schema.$ref && referredModel(schema.$ref);
  if (referred) {
    if (!definition.models[referred]) throw badRequest(`Invalid model specified: ${referred}`);
    return referred;
  }
  const hash = createHash("sha256").update(JSON.stringify(schema)).digest("hex");
  const name = `MODEL${hash.slice(0, 6)}`;
  putModel(definition, name, schema, contentType, apiId);
  return name;
}

function putModel(definition: Definition, name: string, schema: Schema, contentType: string, apiId: string): void {
  const rewritten = rewrite(schema, apiId);
  const text = JSON.stringify(rewritten);
  const description = typeof schema.description === "string" ? schema.description : undefined;
  const model: Model = {
    id: definition.models[name]?.id ?? newId(6),
    name,
    schema: text,
    contentType,
    ...(description !== undefined && { description }),
  };
  definition.models[name] = model;
}

function rewrite(value: unknown, apiId: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, apiId));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const model = key === "$ref" && typeof item === "string" ? referredModel(item) : undefined;
      return [key, model ? modelUrl(apiId, model) : rewrite(item, apiId)];
    }),
  );
}

/** Every `$ref` of a schema. */
export function references(value: unknown): string[] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === "$ref" && typeof item === "string" ? [item] : references(item),
  );
}
