import assert from "node:assert/strict";
import fc from "fast-check";
import { RouteTree } from "../../../src/services/apigateway/execution/routes.ts";
import type { Method, Resource } from "../../../src/services/apigateway/model.ts";
import { escapePointer, unescapePointer } from "../../../src/services/apigateway/patch.ts";

const resource = (path: string, methods = 1): Resource => ({
  id: path,
  path,
  resourceMethods: methods > 0 ? { GET: {} as Method } : {},
});
const tree = (...paths: string[]) => new RouteTree(paths.map((path) => resource(path)));
const found = (routes: RouteTree, path: string) => {
  const match = routes.find(path);
  return match && [match.resource.path, match.pathParameters];
};

describe("API Gateway, routes", () => {
  const routes = tree("/", "/a", "/a/{id}", "/a/{id}/c", "/a/b", "/f/{proxy+}", "/f/x", "/a:run");

  for (const [path, expected] of [
    ["/", ["/", null]],
    ["/a", ["/a", null]],
    ["/a/", ["/a", null]],
    ["/a/1", ["/a/{id}", { id: "1" }]],
    ["/a/b", ["/a/b", null]],
    // No further than the literal goes, the variable is tried.
    ["/a/b/c", ["/a/{id}/c", { id: "b" }]],
    ["/a/x%2Fy", ["/a/{id}", { id: "x%2Fy" }]],
    ["/f/x", ["/f/x", null]],
    ["/f/x/y", ["/f/{proxy+}", { proxy: "x/y" }]],
    ["/a:run", ["/a:run", null]],
    ["/A", undefined],
    ["/f", undefined],
    ["/a//c", undefined],
    ["/a/1/c/d", undefined],
  ] as const) {
    it(`finds ${expected?.[0] ?? "nothing"} for ${path}`, () => assert.deepEqual(found(routes, path), expected));
  }

  it("passes over resources that have no methods", () => {
    const some = new RouteTree([resource("/a/b", 0), resource("/a/{id}"), resource("/a/b/c")]);
    assert.deepEqual(found(some, "/a/b"), ["/a/{id}", { id: "b" }]);
  });

  const segment = fc.stringMatching(/^[a-z]{1,3}$/);
  const part = fc.oneof(segment, fc.constant("{v}"));
  it("finds the resource that a path was made of, or one with more literal segments", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.array(part, { minLength: 1, maxLength: 4 }), {
          minLength: 1,
          maxLength: 12,
          selector: String,
        }),
        segment,
        (parts, value) => {
          const many = tree(...parts.map((one) => `/${one.join("/")}`));
          const literals = (path: string) =>
            path
              .split("/")
              .map((one) => (one === "{v}" ? "0" : "1"))
              .join("");
          for (const one of parts) {
            const match = many.find(`/${one.map((each) => (each === "{v}" ? value : each)).join("/")}`);
            assert.ok(match);
            assert.ok(literals(match.resource.path) >= literals(`/${one.join("/")}`));
          }
        },
      ),
    );
  });

  it("never fails on what a client sends", () => {
    fc.assert(fc.property(fc.string(), (text) => void routes.find(`/${text}`)));
  });

  it("writes any text as one segment of a patch path, and reads it back", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(unescapePointer(escapePointer(text)), text);
        assert.equal(escapePointer(text).includes("/"), false);
      }),
    );
  });
});
