import assert from "node:assert/strict";
import { bodyWithoutSecrets, hidden, urlWithoutSecrets, withoutSecret } from "../../src/console/secrets.ts";

const token = `eyJhbGciOiJSUzI1NiJ9.${"a".repeat(40)}.${"b".repeat(40)}`;
const json = "application/json";

describe("what is hidden of a call", () => {
  for (const [name, value] of [
    ["authorization", "anything"],
    ["Cookie", "session=1"],
    ["set-cookie", "session=1"],
    ["x-api-key", "abc"],
    ["x-amz-security-token", "abc"],
    ["x-csrf-token", "abc"],
    ["x-forwarded-user", token],
    ["x-original-auth", "Bearer abc"],
  ] as const) {
    it(`the header ${name}: ${value.slice(0, 12)}`, () => assert.equal(withoutSecret(name, value), hidden));
  }

  it("of another header nothing but a secret in an address", () => {
    assert.equal(withoutSecret("content-type", json), json);
    assert.equal(
      withoutSecret("location", "https://a.example/b?page=2&authToken=abc"),
      `https://a.example/b?page=2&authToken=${hidden}`,
    );
  });

  it("of an address secret parameters, and what is as long as a key", () => {
    assert.equal(
      urlWithoutSecrets(`/approvals/${"s".repeat(43)}?to=me&X-Amz-Signature=12&password=a%20b`),
      `/approvals/…?to=me&X-Amz-Signature=${hidden}&password=${hidden}`,
    );
    assert.equal(urlWithoutSecrets("/v0/iris/1"), "/v0/iris/1");
  });

  it("of JSON fields by their names, at any depth, and values by their looks", () => {
    const body = {
      user: { name: "anna", password: "a", accessToken: "b" },
      list: [{ apiKey: 1 }, token],
      secret: { a: 1 },
    };
    assert.deepEqual(JSON.parse(bodyWithoutSecrets(JSON.stringify(body), json)), {
      user: { name: "anna", password: hidden, accessToken: hidden },
      list: [{ apiKey: hidden }, hidden],
      secret: hidden,
    });
    const inside = JSON.stringify({ body: JSON.stringify({ password: "a", size: 1 }) });
    assert.deepEqual(JSON.parse(JSON.parse(bodyWithoutSecrets(inside, json)).body), { password: hidden, size: 1 });
    const link = JSON.stringify({ url: "http://a.localhost/?authToken=abc&view=lab" });
    assert.equal(
      bodyWithoutSecrets(link, json),
      JSON.stringify({ url: `http://a.localhost/?authToken=${hidden}&view=lab` }),
    );
  });

  it("of a form its fields, of other text what looks like a token", () => {
    assert.equal(
      bodyWithoutSecrets("user=anna&password=a", "application/x-www-form-urlencoded"),
      `user=anna&password=${hidden}`,
    );
    assert.equal(bodyWithoutSecrets(`the token is ${token}.`, "text/plain"), `the token is ${hidden}.`);
  });

  it("leaves text as it was sent where there is nothing to hide", () => {
    for (const text of ['{ "a": 1.10, "has_token": true, "b": null }', "", "plain", '{"broken":']) {
      assert.equal(bodyWithoutSecrets(text, json), text);
    }
  });

  it("goes through what is nested very deeply, and very long, as text", () => {
    const deep = `${"[".repeat(30_000)}"${token}"${"]".repeat(30_000)}`;
    assert.ok(!bodyWithoutSecrets(deep, json).includes(token));
    for (const part of ["?a=", "?", "&x", "-eyJ", "eyJabcdefghijk."]) {
      const long = part.repeat(60_000 / part.length);
      assert.equal(typeof bodyWithoutSecrets(long, "text/plain"), "string");
    }
  });
});
