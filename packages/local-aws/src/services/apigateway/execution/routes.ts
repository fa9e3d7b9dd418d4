import type { Resource } from "../model.ts";

/** A resource found by a path, and the values of its path parameters, still percent-encoded as a REST API gives them. */
export interface Match {
  resource: Resource;
  pathParameters: Record<string, string> | null;
}

interface Node {
  literals: Map<string, Node>;
  variable?: { name: string; node: Node };
  greedy?: { name: string; resource: Resource };
  resource?: Resource;
}

/**
 * Resources by path, the most specific first: a literal segment before `{variable}` before `{greedy+}`. Segments are
 * compared as sent; general routers decode parameters on the way, which a REST API does not.
 */
export class RouteTree {
  readonly #root: Node = { literals: new Map() };

  /** @param resources those without methods are left out. */
  constructor(resources: Iterable<Resource>) {
    for (const resource of resources) {
      if (Object.keys(resource.resourceMethods).length > 0) this.#insert(resource);
    }
  }

  #insert(resource: Resource): void {
    let node = this.#root;
    for (const segment of resource.path.split("/").filter(Boolean)) {
      const name = segment.startsWith("{") ? segment.slice(1, -1) : undefined;
      if (name?.endsWith("+")) {
        node.greedy = { name: name.slice(0, -1), resource };
        return;
      }
      if (name !== undefined) {
        node.variable ??= { name, node: { literals: new Map() } };
        node = node.variable.node;
      } else {
        const next = node.literals.get(segment) ?? { literals: new Map() };
        node.literals.set(segment, next);
        node = next;
      }
    }
    node.resource = resource;
  }

  /**
   * @param path begins with a slash, or several; a trailing one is ignored.
   * @param httpMethod that the resource must have, itself or as `ANY`. Default: any.
   */
  find(path: string, httpMethod?: string): Match | undefined {
    const segments = path.replace(/^\/+/, "").split("/");
    if (segments.at(-1) === "") segments.pop();
    return search(this.#root, segments, 0, ({ resourceMethods }) =>
      httpMethod === undefined ? true : Boolean(resourceMethods[httpMethod] ?? resourceMethods.ANY),
    );
  }
}

function search(
  node: Node,
  segments: string[],
  index: number,
  fits: (resource: Resource) => boolean,
): Match | undefined {
  const segment = segments[index];
  if (segment === undefined) {
    return node.resource && fits(node.resource) ? { resource: node.resource, pathParameters: null } : undefined;
  }
  const literal = node.literals.get(segment);
  const found = literal && search(literal, segments, index + 1, fits);
  if (found) return found;
  if (node.variable && segment !== "") {
    const below = search(node.variable.node, segments, index + 1, fits);
    if (below) return { ...below, pathParameters: { [node.variable.name]: segment, ...below.pathParameters } };
  }
  if (!node.greedy || !fits(node.greedy.resource)) return undefined;
  return { resource: node.greedy.resource, pathParameters: { [node.greedy.name]: segments.slice(index).join("/") } };
}
