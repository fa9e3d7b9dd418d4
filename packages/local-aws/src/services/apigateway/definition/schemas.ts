/** Models as validators: JSON Schema draft-04, the only version that API Gateway supports. */

import { createRequire } from "node:module";
import type { ValidateFunction } from "ajv";
import { compileExpression } from "../../../expression.ts";
import type { Definition } from "../model.ts";
import { badRequest } from "../records.ts";
import { referredModel } from "./models.ts";

const require = createRequire(import.meta.url);

const compilers = new WeakMap<Definition["models"], (name: string) => ValidateFunction>();

/** A model as a validator. Models that it refers to are found by name. Models are compiled on first use. */
export function compileModel({ models }: Pick<Definition, "models">, name: string): ValidateFunction {
  let compile = compilers.get(models);
  if (!compile) {
    compile = compiler(models);
    compilers.set(models, compile);
  }
  return compile(name);
}

/** Patterns of a model are matched against untrusted input. */
const regExp = Object.assign((pattern: string) => compileExpression(pattern), { code: "compileExpression" });

function compiler(models: Definition["models"]): (name: string) => ValidateFunction {
  const Ajv = require("ajv-draft-04").default as typeof import("ajv-draft-04").default;
  const formats = require("ajv-formats").default as typeof import("ajv-formats").default;
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateSchema: false, code: { regExp } });
  // biome-ignore lint/suspicious/noExplicitAny: the two packages declare the same class with different types
  formats(ajv as any);
  for (const { name, schema } of Object.values(models)) ajv.addSchema(localRefs(JSON.parse(schema)), `model:${name}`);
  return (name) => {
    const validate = ajv.getSchema(`model:${name}`) as ValidateFunction;
    if (!ajv.validateSchema(validate.schema as object)) throw new Error(ajv.errorsText());
    return validate;
  };
}

/** `https://apigateway.amazonaws.com/restapis/ID/models/NAME` as the model's name. */
function localRefs(value: unknown): object {
  const rewrite = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(rewrite);
    if (item === null || typeof item !== "object") return item;
    return Object.fromEntries(
      Object.entries(item)
        .filter(([key, inner]) => !(key === "$schema" || (key === "id" && typeof inner === "string")))
        .map(([key, inner]) => {
          const model = key === "$ref" && typeof inner === "string" ? referredModel(inner) : undefined;
          return [key, model ? `model:${model}` : rewrite(inner)];
        }),
    );
  };
  return rewrite(value) as object;
}

/** @throws BadRequestException naming the first of these models whose schema is invalid. */
export function checkSchemas(definition: Pick<Definition, "models">, names: string[]): void {
  for (const name of names) {
    try {
      compileModel(definition, name);
    } catch (error) {
      throw badRequest(
        `Invalid model specified: the schema of '${name}' is not JSON Schema draft-04: ${(error as Error).message}`,
      );
    }
  }
}
