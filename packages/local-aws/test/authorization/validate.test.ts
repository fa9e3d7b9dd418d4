import assert from "node:assert/strict";
import type { PolicyKind } from "../../src/authorization/validate.ts";
import { parsePolicy } from "../../src/authorization/validate.ts";

const refuses = (document: unknown, message: RegExp, kind: PolicyKind = "identity") =>
  assert.throws(() => parsePolicy(JSON.stringify(document), kind), {
    code: "MalformedPolicyDocumentException",
    message,
  });

describe("policy documents", () => {
  const statement = (more: object) => ({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...more }],
  });
  const bad: [string, object, RegExp][] = [
    ["no statement", { Version: "2012-10-17" }, /Statement is missing/],
    ["another version", { ...statement({}), Version: "2020-01-01" }, /valid version string/],
    ["an unknown element", statement({ Actions: "s3:*" }), /Unknown element Actions/],
    ["another effect", statement({ Effect: "allow" }), /Effect must be Allow or Deny/],
    ["no action", statement({ Action: undefined }), /must contain actions/],
    ["an action without service", statement({ Action: "GetObject" }), /prefaced by a vendor/],
    ["no resource", statement({ Resource: undefined }), /must contain resources/],
    ["a resource that is no ARN", statement({ Resource: "bucket" }), /must be in ARN format or "\*"/],
    ["Action and NotAction", statement({ NotAction: "s3:*" }), /Action and NotAction cannot both be given/],
    ["a principal", statement({ Principal: "*" }), /should not specify a principal/],
    [
      "an unknown operator",
      statement({ Condition: { StringSame: { "aws:userid": "x" } } }),
      /Invalid Condition type : StringSame/,
    ],
    [
      "a condition key without service",
      statement({ Condition: { StringEquals: { userid: "x" } } }),
      /Condition keys must begin/,
    ],
    [
      "two statements of one Sid",
      {
        Version: "2012-10-17",
        Statement: [...statement({ Sid: "A" }).Statement, ...statement({ Sid: "A" }).Statement],
      },
      /must be unique/,
    ],
    ["a Sid with a dash", statement({ Sid: "a-b" }), /must be alpha-numeric/],
  ];
  for (const [name, document, message] of bad) {
    it(`are refused with ${name}`, () => refuses(document, message));
  }

  it("are refused when they are not JSON objects", () => {
    for (const text of ["", "{", "[]", '"*"', "null"]) {
      assert.throws(() => parsePolicy(text, "identity"), { code: "MalformedPolicyDocumentException" });
    }
  });

  it("are taken as they are written in AWS's own examples", () => {
    const good = [
      statement({}),
      statement({
        Action: ["s3:*", "dynamodb:?etItem"],
        Resource: ["arn:aws:s3:::*", "arn:aws:dynamodb:*:*:table/iris"],
      }),
      statement({ Action: undefined, NotAction: "iam:*" }),
      statement({ Resource: undefined, NotResource: "arn:aws:s3:::b/*" }),
      statement({
        Condition: {
          "ForAnyValue:StringLikeIfExists": { "aws:TagKeys": ["a", "b"] },
          Bool: { "aws:SecureTransport": true },
          Null: { "aws:userid": "false" },
        },
      }),
      { Statement: statement({}).Statement[0] },
    ];
    for (const document of good)
      assert.deepEqual(parsePolicy(JSON.stringify(document), "identity"), JSON.parse(JSON.stringify(document)));
  });

  it("of trust name who is trusted, and nothing but assuming", () => {
    const trusted = (more: object) => ({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...more }],
    });
    const lambda = { Service: "lambda.amazonaws.com" };
    parsePolicy(JSON.stringify(trusted({ Principal: lambda })), "trust");
    parsePolicy(
      JSON.stringify(trusted({ Principal: { AWS: ["000000000000", "arn:aws:iam::111111111111:user/snow"] } })),
      "trust",
    );
    refuses(trusted({}), /Missing required field Principal/, "trust");
    refuses(
      trusted({ Principal: { AWS: "arn:aws:iam::000000000000:role/*" } }),
      /Invalid principal in policy: "AWS":"arn:aws:iam::000000000000:role\/\*"/,
      "trust",
    );
    refuses(trusted({ Principal: { Service: "lambda" } }), /Invalid principal in policy: "Service":"lambda"/, "trust");
    refuses(trusted({ Principal: { Everyone: "x" } }), /Invalid principal in policy: "Everyone"/, "trust");
    refuses(trusted({ Principal: lambda, Resource: "*" }), /prohibited field Resource/, "trust");
    refuses(trusted({ Principal: lambda, Action: "s3:*" }), /may only specify STS AssumeRole actions/, "trust");
  });
});
