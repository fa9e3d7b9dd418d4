// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
import assert from "node:assert/strict";
import { policyDocument } from "../../src/resources/iam/policyDocument.ts";

const made = (args: object) => JSON.parse(String(policyDocument(args as Record<string, unknown>).json));

describe("getPolicyDocument", () => {
  it("writes a single value alone, several from last to first, and keys in the provider's order", () => {
    const { json, minifiedJson, version } = policyDocument({
      statements: [
        { resources: ["arn:aws:s3:::b"], actions: ["s3:GetObject", "s3:PutObject", "s3:GetObject"], sid: "Read" },
      ],
    });
    assert.equal(version, "2012-10-17");
    assert.equal(
      json,
      `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": [
        "s3:PutObject",
        "s3:GetObject"
      ],
      "Resource": "arn:aws:s3:::b"
    }
  ]
}`,
    );
    assert.equal(minifiedJson, JSON.stringify(JSON.parse(String(json))));
  });

  it("has an id that changes with the document alone", () => {
    const id = (action: string) => policyDocument({ statements: [{ actions: [action], resources: ["*"] }] }).id;
    assert.equal(id("s3:GetObject"), id("s3:GetObject"));
    assert.notEqual(id("s3:GetObject"), id("s3:PutObject"));
    assert.match(String(id("s3:GetObject")), /^\d+$/);
  });

  it("names principals by type, everyone as *", () => {
    const principal = (principals: object[]) =>
      made({ statements: [{ actions: ["sts:AssumeRole"], principals }] }).Statement[0].Principal;
    assert.deepEqual(principal([{ type: "Service", identifiers: ["lambda.amazonaws.com"] }]), {
      Service: "lambda.amazonaws.com",
    });
    assert.equal(principal([{ type: "*", identifiers: ["*"] }]), "*");
    assert.deepEqual(principal([{ type: "AWS", identifiers: ["*"] }]), { AWS: "*" });
    assert.deepEqual(
      principal([
        { type: "Service", identifiers: ["a.amazonaws.com", "b.amazonaws.com"] },
        { type: "AWS", identifiers: ["000000000000"] },
      ]),
      { AWS: "000000000000", Service: ["b.amazonaws.com", "a.amazonaws.com"] },
    );
  });

  it("keeps the order of a condition's values, and gathers those of one key", () => {
    const conditions = [
      { test: "StringLike", variable: "s3:prefix", values: ["b", "a", "home/&{aws:username}/"] },
      { test: "Bool", variable: "aws:SecureTransport", values: ["true"] },
      { test: "StringLike", variable: "s3:prefix", values: ["c"] },
    ];
    const { Statement } = made({ statements: [{ actions: ["s3:ListBucket"], resources: ["*"], conditions }] });
    assert.deepEqual(Statement[0].Condition, {
      Bool: { "aws:SecureTransport": "true" },
      StringLike: { "s3:prefix": ["b", "a", "home/${aws:username}/", "c"] },
    });
    assert.deepEqual(Object.keys(Statement[0].Condition), ["Bool", "StringLike"]);
  });

  it("merges sources, statements and overrides by Sid", () => {
    const source = (sid: string, action: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Id: sid,
        Statement: { Sid: sid, Effect: "Allow", Action: action, Resource: "*" },
      });
    const document = made({
      sourcePolicyDocuments: [source("A", "s3:A"), source("B", "s3:B")],
      statements: [
        { sid: "B", actions: ["s3:Own"], resources: ["*"] },
        { actions: ["s3:C"], resources: ["*"] },
      ],
      overridePolicyDocuments: [source("A", "s3:Over"), source("D", "s3:D")],
    });
    assert.deepEqual(
      document.Statement.map(({ Sid, Action }: { Sid?: string; Action: string }) => [Sid, Action]),
      [
        ["A", "s3:Over"],
        ["B", "s3:Own"],
        [undefined, "s3:C"],
        ["D", "s3:D"],
      ],
    );
    assert.equal(document.Id, "D");
  });

  it("escapes what would be markup, as the provider does", () => {
    const { json } = policyDocument({ statements: [{ actions: ["s3:*"], resources: ["arn:aws:s3:::<a&b>"] }] });
    assert.match(String(json), /\\u003ca\\u0026b\\u003e/);
    assert.equal(JSON.parse(String(json)).Statement[0].Resource, "arn:aws:s3:::<a&b>");
  });

  it("without statements is a version", () => assert.deepEqual(made({}), { Version: "2012-10-17" }));

  it("says what is wrong", () => {
    const twice = [
      { sid: "A", actions: ["s3:*"] },
      { sid: "A", actions: ["s3:*"] },
    ];
    assert.throws(() => policyDocument({ statements: twice }), /two statements of statements have the Sid "A"/);
    assert.throws(() => policyDocument({ sourcePolicyDocuments: ["{"] }), /sourcePolicyDocuments\[0\] is not JSON/);
    const old = { version: "2008-10-17", statements: [{ actions: ["s3:*"], resources: ["&{aws:username}"] }] };
    assert.throws(() => policyDocument(old), /version 2008-10-17 does not know/);
  });
});
