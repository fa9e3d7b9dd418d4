import { consolePath } from "../console/protocol.ts";

/** Paths of the endpoint's own, which are read unsigned. No bucket has such a name: none begins with an underscore. */
const routes = new Map([
  ["/_health", "/_health"],
  // Health path that LocalStack's wrappers poll.
  ["/_localstack/health", "/_health"],
  ["/_aws/mail", "/_aws/mail"],
]);

/** What AWS has below a user pool's issuer: no bucket's name has an underscore either. */
const wellKnown = /^\/([\w-]+_\w+)\/\.well-known\/(jwks\.json|openid-configuration)$/;

/** The user pool whose keys, or whose configuration, are asked for. */
export function poolPath(url: string): { pool: string; file: string } | undefined {
  const [, pool = "", file = ""] = wellKnown.exec(url.split("?", 1)[0] as string) ?? [];
  return pool === "" ? undefined : { pool, file };
}

/** The console's, all of it. */
export const consoleRoute = "/_console";

/** @returns the route that answers it; `undefined` for requests to services. */
export const ownPath = (url: string): string | undefined =>
  url.startsWith("/_") ? ownRoute(url.split("?", 1)[0] as string) : poolPath(url) && "/_pool";

const ownRoute = (path: string): string | undefined => (path.startsWith(consolePath) ? consoleRoute : routes.get(path));
