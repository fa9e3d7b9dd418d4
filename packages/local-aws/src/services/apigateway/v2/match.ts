/** Which route a request takes. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html */
import type { Route } from "./model.ts";

export interface Match {
  route: Route;
  pathParameters: Record<string, string>;
}

/**
 * The most specific route: literals before parameters before a greedy one, segment by segment; the request's own method before
 * `ANY`; `$default` last.
 * @param path begins with a slash, as sent.
 */
export function matchRoute(routes: Route[], method: string, path: string): Match | undefined {
  const segments = path.split("/").slice(1);
  let best: (Match & { rank: string }) | undefined;
  for (const route of routes) {
    const found = route.RouteKey === "$default" ? { pathParameters: {}, rank: "9" } : matched(route, method, segments);
    if (found && (!best || found.rank < best.rank)) best = { route, ...found };
  }
  return best && { route: best.route, pathParameters: best.pathParameters };
}

function matched({ RouteKey }: Route, method: string, segments: string[]) {
  const [wanted = "", path = ""] = RouteKey.split(" ", 2);
  if (wanted !== method && wanted !== "ANY") return undefined;
  const parts = path.split("/").slice(1);
  const pathParameters: Record<string, string> = {};
  let rank = "";
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    const name = /^\{([^}+]+)(\+?)\}$/.exec(part);
    if (name?.[2]) {
      const rest = segments.slice(index).join("/");
      if (rest === "") return undefined;
      pathParameters[name[1] as string] = decode(rest);
      return { pathParameters, rank: `${rank}2${wanted === "ANY" ? 1 : 0}` };
    }
    if (segment === undefined) return undefined;
    if (name) {
      if (segment === "") return undefined;
      pathParameters[name[1] as string] = decode(segment);
      rank += "1";
    } else if (part === segment) rank += "0";
    else return undefined;
  }
  if (segments.length !== parts.length) return undefined;
  return { pathParameters, rank: `${rank}${wanted === "ANY" ? "01" : "00"}` };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
