/** A part of an OpenAPI document. */
type Part = { [key: string]: unknown };

const isPart = (value: unknown): value is Part => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * An API's OpenAPI document for those who call it: with its address, and without what is between API Gateway and its
 * functions.
 * @param text the stack's output: the document that the gateway runs by.
 * @param url of the API.
 */
export function publicDocument(text: string, url: string): Part {
  const document = withoutExtensions(JSON.parse(text)) as Part;
  const paths = Object.entries(document.paths as Record<string, Part>).map(([path, item]) => {
    // What browsers ask before a request is none of the API's own.
    const operations = Object.entries(item).filter(
      ([method, operation]) => method !== "options" || !isPreflight(operation),
    );
    return [path, Object.fromEntries(operations)] as const;
  });
  const { openapi, info, ...rest } = document;
  return { openapi, info, servers: [{ url }], ...rest, paths: Object.fromEntries(paths) };
}

const isPreflight = (operation: unknown): boolean => isPart(operation) && !("operationId" in operation);

function withoutExtensions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtensions);
  if (!isPart(value)) return value;
  const own = Object.entries(value).filter(([key]) => !key.startsWith("x-"));
  return Object.fromEntries(own.map(([key, item]) => [key, withoutExtensions(item)]));
}
