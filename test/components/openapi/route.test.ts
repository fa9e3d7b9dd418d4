import assert from "node:assert/strict";
import * as fc from "fast-check";
import { countResources, parseRoute, routeName, routeResource } from "../../../components/openapi/route.ts";

const part = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.~-]{1,12}$/),
  fc.stringMatching(/^[A-Za-z0-9]{1,8}$/).map((name) => `{${name}}`),
);
const path = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join("/")}`);

describe("routes", () => {
  it("are read as method, path and parameters", () => {
    assert.deepEqual(parseRoute("GET /iris/{id}"), { method: "GET", path: "/iris/{id}", parameters: ["id"] });
    assert.deepEqual(parseRoute("ANY /{proxy+}"), { method: "ANY", path: "/{proxy+}", parameters: ["proxy"] });
    assert.deepEqual(parseRoute("POST /"), { method: "POST", path: "/", parameters: [] });
  });

  it("have a resource in policies in which every parameter is *", () => {
    assert.equal(routeResource({ method: "GET", path: "/iris/{id}/versions/{v}" }), "GET/iris/*/versions/*");
    assert.equal(routeResource({ method: "ANY", path: "/{proxy+}" }), "*/*");
  });

  it("have names that Pulumi and OpenAPI take", () => {
    assert.equal(routeName({ method: "GET", path: "/iris/{id}" }), "get-iris-id");
    assert.equal(routeName({ method: "POST", path: "/" }), "post-root");
  });

  it("never leave a parameter in a resource, whatever the path", () => {
    fc.assert(
      fc.property(path, (any) => {
        const resource = routeResource({ method: "GET", path: any });
        assert.ok(!/[{}]/.test(resource) && resource.startsWith("GET/"));
      }),
    );
  });

  it("count each node of the tree of paths once", () => {
    assert.equal(countResources(["/a/b", "/a/c", "/a"]), 4);
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), (paths) => {
        const once = countResources(paths);
        assert.equal(countResources([...paths, ...paths]), once);
        assert.ok(once >= 1 && once <= 1 + paths.reduce((sum, one) => sum + one.split("/").length, 0));
      }),
    );
  });
});
