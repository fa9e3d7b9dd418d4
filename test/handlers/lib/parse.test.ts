import assert from "node:assert/strict";
import * as z from "zod/mini";
import { proxyEvent } from "../support/proxyEvent.ts";

const { parse, parseBody } = await import("../../../handlers/lib/parse.ts");

const schema = z.object({ name: z.string(), size: z.optional(z.object({ width: z.number() })) });
const post = (body: string | null, isBase64Encoded = false) => proxyEvent("POST", "/things", { body, isBase64Encoded });

describe("parseBody", () => {
  it("gives the body its type", () => {
    assert.deepEqual(parseBody(post('{"name":"a","other":1}'), schema), { name: "a" });
  });

  it("reads a body that the gateway has encoded", () => {
    assert.deepEqual(parseBody(post(Buffer.from('{"name":"ä"}').toString("base64"), true), schema), { name: "ä" });
  });

  const invalid: [string, string | null, { message: RegExp; field?: string }][] = [
    ["no body", null, { message: /^the body is empty$/ }],
    ["an empty body", "", { message: /^the body is empty$/ }],
    ["what is no JSON", "{", { message: /^the body is not JSON$/ }],
    ["a missing field", "{}", { message: /^name: /, field: "name" }],
    ["a field of another type", '{"name":1}', { message: /^name: /, field: "name" }],
    ["a field within another", '{"name":"a","size":{"width":"1"}}', { message: /^size\.width: /, field: "size.width" }],
    ["another kind of value", "[]", { message: /./ }],
  ];
  for (const [what, body, { message, field }] of invalid) {
    it(`refuses ${what} with 400`, () => {
      assert.throws(
        () => parseBody(post(body), schema),
        (error: Error & { statusCode: number; field?: string }) =>
          error.statusCode === 400 && message.test(error.message) && error.field === field,
      );
    });
  }
});

describe("parse", () => {
  it("types any value, a query too", () => {
    assert.deepEqual(parse({ limit: "5" }, z.object({ limit: z.coerce.number() })), { limit: 5 });
  });
});
