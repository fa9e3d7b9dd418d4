import { badRequest } from "../records.ts";

/** Members that hold data, even if it looks like a schema. */
const data = /^(example|examples|default|enum|x-.*)$/;

/**
 * In OpenAPI 3.0 a schema of type `array` must have `items`; JSON Schema does not require it.
 * https://spec.openapis.org/oas/v3.0.3#properties
 * @throws BadRequestException naming the first one that does not.
 */
export function requireItems(document: object): void {
  const left: [value: object, path: string][] = [[document, ""]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [value, path] = next;
    if ("type" in value && value.type === "array" && !("items" in value)) {
      throw badRequest(`Invalid OpenAPI input: attribute ${path}.items is missing`);
    }
    for (const [key, inner] of Object.entries(value)) {
      if (data.test(key) || typeof inner !== "object" || inner === null) continue;
      left.push([inner, path ? `${path}.${key}` : key]);
    }
  }
}
