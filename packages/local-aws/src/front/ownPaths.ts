/** Paths of the endpoint's own, which are read unsigned. No bucket has such a name: none begins with an underscore. */
const routes = new Map([
  ["/_health", "/_health"],
  // Health path that LocalStack's wrappers poll.
  ["/_localstack/health", "/_health"],
  ["/_aws/mail", "/_aws/mail"],
]);

/** @returns the route that answers it; `undefined` for requests to services. */
export const ownPath = (url: string): string | undefined =>
  url.startsWith("/_") ? routes.get(url.split("?", 1)[0] as string) : undefined;
