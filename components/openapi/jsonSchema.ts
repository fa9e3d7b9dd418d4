import type Ajv from "ajv-draft-04";

/** A JSON Schema of draft 4, which is what API Gateway's models are. */
export type JsonSchema = Record<string, unknown>;

let ajv: Ajv | undefined;

/**
 * What is wrong with a model, in words; undefined when it is a schema of draft 4.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 */
export function schemaError(schema: JsonSchema): string | undefined {
  const { $schema } = schema;
  if (typeof $schema === "string" && !$schema.includes("draft-04")) return `$schema is ${$schema}`;
  // Loaded only where there is a model to check.
  ajv ??= new (require("ajv-draft-04") as { default: typeof Ajv }).default({ strict: false });
  if (ajv.validateSchema(schema) === true) return undefined;
  const [first] = ajv.errors ?? [];
  return `${first?.instancePath || "the schema"} ${first?.message}`;
}
