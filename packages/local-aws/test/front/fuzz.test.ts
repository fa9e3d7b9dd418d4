import assert from "node:assert/strict";
import { HttpRequest } from "@smithy/core/protocols";
import fc from "fast-check";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";
import { type RawRequest, sendRaw, signer } from "../support/wire.ts";

const word = fc.string({
  unit: fc.constantFrom("a", "A", "1", "/", "%", "=", "&", "?", ".", "-", "*", "{", "}", '"', " ", "<", ">", "\\"),
  maxLength: 20,
});

describe("the AWS endpoint, whatever it is sent", () => {
  let test: TestCloud;
  const told: unknown[] = [];
  const { error } = console;
  before(async () => {
    console.error = (...args: unknown[]) => told.push(...args);
    test = await startCloud();
  });
  after(async () => {
    console.error = error;
    await test.stop();
  });

  const status = async (given: RawRequest) => (await sendRaw(test.origin, given)).status;

  it("says that it is wrong, and never that it failed itself", async () => {
    const header = word.map((value) => value.trim());
    const any = fc.record({
      method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"),
      path: word.map((path) => `/${path.replace(/[ \\{}"<>]/g, "")}`),
      headers: fc.record(
        {
          authorization: fc.oneof(
            header,
            header.map((value) => `AWS4-HMAC-SHA256 Credential=${value}, SignedHeaders=host, Signature=${value}`),
          ),
          "x-amz-date": header,
          "x-amz-target": header,
          "content-type": fc.constantFrom(
            "application/x-www-form-urlencoded",
            "application/json",
            "text/xml",
            "nonsense",
          ),
          "smithy-protocol": fc.constantFrom("rpc-v2-cbor", "x"),
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
      body: word,
    });
    await fc.assert(
      fc.asyncProperty(any, async (given) => {
        const code = await status(given as never);
        assert.ok((code >= 400 && code < 500) || code === 501, `${code}`);
      }),
      { numRuns: 300 },
    );
    assert.deepEqual(told, []);
  });

  it("does so as well when it is signed", async () => {
    const operations = ["iam", "sts"].flatMap((name) =>
      Object.keys(test.services.get(name)!.operations).map((operation) => ({ name, operation })),
    );
    const value: fc.Arbitrary<unknown> = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      word,
      fc.constant([]),
      fc.constant({}),
      fc.constant(["a"]),
    );
    const json = fc
      .dictionary(
        fc.constantFrom("FunctionName", "RoleName", "PolicyDocument", "Name", "logGroupName", "Tags", "QueueUrl"),
        value,
        { maxKeys: 3, noNullPrototype: true },
      )
      .map((body) => JSON.stringify(body));
    const asked = fc.record({ of: fc.constantFrom(...operations), body: fc.oneof(word, json), form: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(asked, async ({ of: { name, operation }, body, form }) => {
        const headers: Record<string, string> = form
          ? { "content-type": "application/x-www-form-urlencoded" }
          : { "content-type": "application/x-amz-json-1.1", "x-amz-target": `Service.${operation}` };
        const { host } = new URL(test.origin);
        const payload = form ? `Action=${operation}&${body}` : body;
        const signed = await signer(name).sign(
          new HttpRequest({ method: "POST", path: "/", headers: { ...headers, host }, body: payload }),
        );
        const code = await status({ method: "POST", path: "/", headers: signed.headers, body: payload });
        assert.ok(code < 500 || code === 501, `${name} ${operation} ${payload}: ${code} ${told.splice(0)}`);
      }),
      { numRuns: 500 },
    );
  });
});
