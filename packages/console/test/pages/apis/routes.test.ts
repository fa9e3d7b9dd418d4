import assert from "node:assert/strict";
import { exampleOf } from "../../../app/pages/apis/routes.ts";

describe("an example of a route's body", () => {
  it("has something for each property of its model", () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string" },
        kind: { enum: ["a", "b"] },
        size: { type: "number", minimum: 3 },
        count: { type: "integer", default: 7 },
        tags: { type: "array", items: { type: "boolean" } },
        inner: { properties: { deep: { type: ["string", "null"] } } },
      },
    };
    assert.deepEqual(exampleOf(schema), {
      ...{ name: "", kind: "a", size: 3, count: 7, tags: [true], inner: { deep: "" } },
    });
  });
});
