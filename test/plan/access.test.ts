import assert from "node:assert/strict";
import fc from "fast-check";
import { accessBetween } from "../../plan/access.ts";
import { type Grant, grantsOf } from "../../plan/grants.ts";
import { resource, roleMay } from "./stacks.ts";

const grant = (action: string, on: string, more: Partial<Grant> = {}): Grant => ({
  effect: "Allow",
  who: "iam:Role reader",
  action,
  resource: on,
  condition: "",
  ...more,
});

describe("rights gained and lost", () => {
  it("are none where a policy says the same otherwise", () => {
    const before = grantsOf(
      roleMay("reader", { Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::a/*" }),
    );
    const after = grantsOf([
      ...roleMay("reader", { Action: "s3:PutObject", Resource: ["arn:aws:s3:::a/*"] }),
      ...roleMay("reader", { Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*" }),
    ]);
    assert.deepEqual(accessBetween(before.grants, after.grants), { gained: [], lost: [] });
  });

  it("are what a wildcard adds, not what it had contained before", () => {
    const narrow = [grant("s3:GetObject", "arn:aws:s3:::a/b")];
    const wide = [grant("s3:*", "arn:aws:s3:::a/*")];
    assert.deepEqual(accessBetween(narrow, wide), { gained: wide, lost: [] });
    assert.deepEqual(accessBetween(wide, narrow), { gained: [], lost: wide });
  });

  it("are not hidden by a right that asks for a condition", () => {
    const asked = [grant("s3:GetObject", "*", { condition: '{"Bool":{"aws:SecureTransport":"true"}}' })];
    const free = [grant("s3:GetObject", "*")];
    assert.deepEqual(accessBetween(asked, free), { gained: free, lost: [] });
  });

  it("are gained where a refusal goes, and lost where one comes", () => {
    const refusal = [grant("s3:DeleteObject", "s3:Bucket data/*", { effect: "Deny", who: "everyone" })];
    const labels = { before: ["s3:Bucket data"], after: ["s3:Bucket data"] };
    assert.deepEqual(accessBetween(refusal, [], labels), { gained: refusal, lost: [] });
    assert.deepEqual(accessBetween([], refusal, labels), { gained: [], lost: refusal });
  });

  it("are none where what was refused is gone with its bucket", () => {
    const refusal = [grant("s3:DeleteObject", "s3:Bucket data/*", { effect: "Deny", who: "everyone" })];
    assert.deepEqual(accessBetween(refusal, [], { before: ["s3:Bucket data"], after: [] }), { gained: [], lost: [] });
  });

  const grants = fc.array(
    fc
      .tuple(fc.constantFrom("s3:*", "s3:Get*", "s3:GetObject", "*"), fc.constantFrom("*", "a/*", "a/b*", "a/b"))
      .map(([action, on]) => grant(action, on)),
    { maxLength: 6 },
  );

  it("are none between equal states, and each other's opposite", () => {
    fc.assert(
      fc.property(grants, grants, (before, after) => {
        assert.deepEqual(accessBetween(before, before), { gained: [], lost: [] });
        const [there, back] = [accessBetween(before, after), accessBetween(after, before)];
        assert.deepEqual([there.gained, there.lost], [back.lost, back.gained]);
      }),
    );
  });

  it("leave nothing out: what a request may do after and not before is in a gained right", () => {
    const request = fc.tuple(fc.constantFrom("s3:GetObject", "s3:PutObject"), fc.constantFrom("a/b", "a/c", "x"));
    const allows = (all: Grant[], action: string, on: string) =>
      all.some((one) => like(one.action, action) && like(one.resource, on));
    fc.assert(
      fc.property(grants, grants, request, (before, after, [action, on]) => {
        if (!allows(after, action, on) || allows(before, action, on)) return;
        assert.ok(allows(accessBetween(before, after).gained, action, on));
      }),
    );
  });
});

/** IAM's wildcards, by a regular expression: slower than the plan's own, and plainly right. */
const like = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[/.:]/g, "\\$&"))
      .join(".*")}$`,
  ).test(text);

describe("rights of a stack", () => {
  it("name roles, and resources by their names in the program", () => {
    const table = resource("aws:dynamodb/table:Table", "orders", {
      outputs: { arn: "arn:aws:dynamodb:eu-west-1:1:table/orders-9f" },
    });
    const [role, policy] = roleMay("reader", {
      Action: "dynamodb:Query",
      Resource: [
        "arn:aws:dynamodb:eu-west-1:1:table/orders-9f/index/*",
        "arn:aws:dynamodb:eu-west-1:1:table/orders-9fx",
      ],
    });
    assert.deepEqual(grantsOf([table, role!, policy!]).grants, [
      grant("dynamodb:Query", "dynamodb:Table orders/index/*"),
      grant("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:1:table/orders-9fx"),
    ]);
  });

  it("are those of trust, attached and managed policies, resources' policies and functions' permissions", () => {
    const trust = JSON.stringify({
      Statement: { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    });
    const bucketPolicy = JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::site/*" }],
    });
    const stack = [
      resource("aws:iam/role:Role", "job", { inputs: { assumeRolePolicy: trust }, outputs: { name: "job-1" } }),
      resource("aws:iam/policy:Policy", "own", {
        inputs: {
          policy: JSON.stringify({ Statement: { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" } }),
        },
        outputs: { arn: "arn:aws:iam::1:policy/own" },
      }),
      ...["arn:aws:iam::1:policy/own", "arn:aws:iam::aws:policy/ReadOnlyAccess"].map((policyArn, at) =>
        resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", `a${at}`, {
          inputs: { role: "job-1", policyArn },
        }),
      ),
      resource("aws:s3/bucketPolicy:BucketPolicy", "site", { inputs: { policy: bucketPolicy } }),
      resource("aws:lambda/function:Function", "thumbnail", { outputs: { name: "thumbnail-1" } }),
      resource("aws:lambda/permission:Permission", "bucket", {
        inputs: {
          principal: "s3.amazonaws.com",
          action: "lambda:InvokeFunction",
          function: "thumbnail-1",
          sourceArn: "arn:aws:s3:::site",
        },
      }),
    ];
    assert.deepEqual(
      grantsOf(stack).grants.map(({ who, action, resource: on, condition }) =>
        `${who} ${action} ${on} ${condition}`.trim(),
      ),
      [
        "lambda.amazonaws.com sts:AssumeRole iam:Role job",
        "iam:Role job sqs:SendMessage *",
        "iam:Role job all of policy/ReadOnlyAccess *",
        "everyone s3:GetObject arn:aws:s3:::site/*",
        's3.amazonaws.com lambda:InvokeFunction lambda:Function thumbnail {"source":"arn:aws:s3:::site"}',
      ],
    );
  });

  it("count the policies that are known only when they are made", () => {
    const unknown = resource("aws:iam/rolePolicy:RolePolicy", "later", {
      inputs: { role: "x", policy: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" },
    });
    assert.deepEqual(grantsOf([unknown]), { grants: [], unknown: 1 });
  });
});
