/** Where the page is: `#/executions/NAME?status=FAILED`. */
import { useEffect, useState } from "preact/hooks";

export interface Route {
  /** Decoded parts of the path. */
  path: string[];
  query: URLSearchParams;
}

export function readRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

/** `#/a/b?c=d`; what is undefined or empty is left out of the query. */
export function hrefOf(path: string[], query: Record<string, string | undefined> = {}): string {
  const entries = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  const text = new URLSearchParams(entries).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text && `?${text}`}`;
}

export const go = (path: string[], query?: Record<string, string | undefined>): void => {
  location.hash = hrefOf(path, query);
};

export function useRoute(): Route {
  const [route, set] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const changed = () => set(readRoute(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}
