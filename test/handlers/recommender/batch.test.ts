import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import "../support/proxyEvent.ts";
import { externalFunction, RowError } from "../../../handlers/recommender/externalFunction.ts";
import { assertPolite, hostileBody } from "../support/hostile.ts";
import { answer, proxyEvent } from "../support/proxyEvent.ts";
import { headers, send, valuesOf } from "./support.ts";

const echo = externalFunction("echo", async (rows) => rows.map(({ args }) => args));
const post = (body: string | null, more: object = {}) =>
  answer(echo, proxyEvent("POST", "/echo", { body, headers: { "content-type": "application/json" }, ...more }));

describe("external function", () => {
  it("answers every row under its own number, in order, whatever its arguments", async () => {
    const plain = fc.jsonValue().filter((value) => !/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)));
    const rows = fc.uniqueArray(fc.tuple(fc.nat(), plain, fc.string()), { selector: ([number]) => number });
    await fc.assert(
      fc.asyncProperty(rows, async (data) => {
        const { statusCode, body } = await send(echo, data);
        assert.equal(statusCode, 200);
        const expected = data.map(([number, ...args]) => [number, args]);
        assert.deepEqual(body, JSON.parse(JSON.stringify({ data: expected })));
      }),
      { numRuns: 50 },
    );
  });

  it("answers a row that is nested too deeply, or leads to a prototype, by an error of its own", async () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const { statusCode, body } = await post(`{"data": [[0, "a"], [1, ${deep}], [2, {"__proto__": {}}], [3, "b"]]}`);
    assert.equal(statusCode, 200);
    assert.deepEqual(body, {
      data: [
        [0, ["a"]],
        [1, { error: "the row is nested more than 30 levels deep" }],
        [2, { error: "the row has a field __proto__, and no field may be called that" }],
        [3, ["b"]],
      ],
    });
  });

  it("answers whatever is sent in its own words", () =>
    fc.assert(
      fc.asyncProperty(hostileBody(["data"]), async (body) => assertPolite(await post(body), body)),
      { numRuns: 100 },
    ));

  it("takes no rows, and bodies that are not compressed", async () => {
    assert.deepEqual((await post('{"data": []}')).body, { data: [] });
    assert.deepEqual((await post('{"data": [[0, null]]}', { headers: headers("b") })).body, { data: [[0, [null]]] });
  });

  const malformed: [string, string | null, RegExp][] = [
    ["no body", null, /the body is not JSON/],
    ["what is not JSON", "{", /the body is not JSON/],
    ["no data", "{}", /not an object with an array "data"/],
    ["null", "null", /not an object with an array "data"/],
    ["rows that are none", '{"data": [1]}', /data\[0\] is not an array that begins with the row's number/],
    ["rows without a number", '{"data": [["a"]]}', /data\[0\] is not an array/],
    ["a number twice", '{"data": [[0], [0]]}', /data\[1\] has number 0 again/],
  ];
  for (const [what, body, message] of malformed) {
    it(`answers 400 to a batch with ${what}`, async () => {
      const { statusCode, body: said } = await post(body);
      assert.equal(statusCode, 400);
      assert.match((said as { message: string }).message, message);
    });
  }

  it("refuses another format, damaged gzip, and what unpacks to too much", async () => {
    const as = (name: string, value: string) => ({ headers: { ...headers("b"), [name]: value } });
    assert.equal((await post('{"data": []}', as("sf-external-function-format", "csv"))).statusCode, 400);
    assert.equal((await post('{"data": []}', as("sf-external-function-format-version", "2.0"))).statusCode, 400);
    const packed = (bytes: Buffer) => post(bytes.toString("base64"), { isBase64Encoded: true });
    assert.equal((await packed(gzipSync("{}").subarray(0, 12))).statusCode, 400);
    assert.equal((await packed(gzipSync(Buffer.alloc(40 * 1024 * 1024)))).statusCode, 400);
  });

  it("makes of a row's error that row's answer, and lets nothing of any other out", async () => {
    const mixed = externalFunction("mixed", async (rows) =>
      rows.map((_, at) => (at ? at : new RowError("not this one"))),
    );
    assert.deepEqual(valuesOf(await send(mixed, [[0], [1]])), [{ error: "not this one" }, 1]);
    const broken = externalFunction("broken", async () => {
      throw new Error("secret");
    });
    const { statusCode, body } = await send(broken, [[0]]);
    assert.equal(statusCode, 502);
    assert.ok(!JSON.stringify(body).includes("secret"));
  });

  it("answers 413 when Lambda would not carry the answer, naming the remedy", async () => {
    const large = externalFunction("large", async (rows) => rows.map(() => "x".repeat(4 * 1024 * 1024)));
    const { statusCode, body } = await send(large, [[0], [1]]);
    assert.equal(statusCode, 413);
    assert.match((body as { message: string }).message, /MAX_BATCH_ROWS/);
  });
});
