import assert from "node:assert/strict";
import fc from "fast-check";
import { assertPolite, hostileBody } from "../support/hostile.ts";
import { call } from "./support.ts";

const create = (body: unknown) => call("POST", "/notebooks", { body });

/** What is refused, and in which words: part of `notebooks.test.ts`, on its cloud. */
export function refusals(): void {
  const wrong: [what: string, body: unknown, message: RegExp, field?: string][] = [
    ["no body", undefined, /^the body is empty$/],
    ["no JSON", "{", /^the body is not JSON$/],
    ["a list", [], /^the body is \[\]; allowed is an object$/],
    ["no name", {}, /^Name: is not given; allowed is 1 to 32 letters, digits and hyphens/, "Name"],
    ["a number as a name", { Name: 7 }, /^Name: is 7; allowed is/, "Name"],
    ["a name with a blank", { Name: "my notes" }, /^Name: is "my notes"; allowed is/, "Name"],
    ["a name with a hyphen at its end", { Name: "a-" }, /^Name: is "a-"; allowed is/, "Name"],
    ["a name that is too long", { Name: "x".repeat(33) }, /^Name: is "x{33}"; allowed is/, "Name"],
    [
      "another machine",
      { Name: "a", InstanceType: "ml.p4d.24xlarge" },
      /^InstanceType: is "ml.p4d.24xlarge"; allowed is one of ml.t3.medium, ml.m5.xlarge$/,
      "InstanceType",
    ],
    [
      "a small volume",
      { Name: "a", VolumeSize: 4 },
      /^VolumeSize: is 4; allowed is a whole number from 5 to 100$/,
      "VolumeSize",
    ],
    ["a large volume", { Name: "a", VolumeSize: 101 }, /^VolumeSize: is 101; allowed is/, "VolumeSize"],
    ["half a GB", { Name: "a", VolumeSize: 5.5 }, /^VolumeSize: is 5.5; allowed is/, "VolumeSize"],
    ["a volume in text", { Name: "a", VolumeSize: "5" }, /^VolumeSize: is "5"; allowed is/, "VolumeSize"],
    [
      "root access",
      { Name: "a", RootAccess: true },
      /^RootAccess: is true; allowed is false: the stack's configuration/,
      "RootAccess",
    ],
    [
      "a flag in text",
      { Name: "a", ClusterBacked: "yes" },
      /^ClusterBacked: is "yes"; allowed is true or false$/,
      "ClusterBacked",
    ],
    [
      "no idleness",
      { Name: "a", IdleMinutes: 0 },
      /^IdleMinutes: is 0; allowed is a whole number from 30 to 10080$/,
      "IdleMinutes",
    ],
    [
      "a repository over ssh",
      { Name: "a", Repository: "git@github.com:a/b.git" },
      /^Repository: is "git@github.com:a\/b.git"; allowed is the https URL/,
      "Repository",
    ],
    [
      "a repository with a user",
      { Name: "a", Repository: "https://u:p@github.com/a/b" },
      /^Repository: is /,
      "Repository",
    ],
    [
      "a repository with shell in it",
      { Name: "a", Repository: "https://x.org/a';reboot;'" },
      /^Repository: is /,
      "Repository",
    ],
    [
      "an option of pip",
      { Name: "a", Requirements: ["--index-url=https://evil.example"] },
      /^Requirements: is .*; allowed is at most 50 requirements/,
      "Requirements",
    ],
    [
      "requirements in text",
      { Name: "a", Requirements: "pandas" },
      /^Requirements: is "pandas"; allowed is/,
      "Requirements",
    ],
    [
      "a long script",
      { Name: "a", Lifecycle: "#".repeat(4_097) },
      /^Lifecycle: is "#+\.\.\.; allowed is shell commands/,
      "Lifecycle",
    ],
    [
      "a mistyped field",
      { Name: "a", InstancType: "ml.t3.medium" },
      /^InstancType: is no field; allowed is Name, InstanceType/,
      "InstancType",
    ],
  ];
  for (const [what, body, message, field] of wrong) {
    it(`POST: 400 to ${what}`, async () => {
      const answered = await create(body);
      assert.equal(answered.statusCode, 400, JSON.stringify(answered.body));
      assert.match(answered.body.message, message);
      assert.equal(answered.body.field, field);
    });
  }

  it("POST, PATCH: whatever is sent is answered politely", () =>
    fc.assert(
      fc.asyncProperty(hostileBody(["InstanceType", "Requirements", "Repository"]), async (body) =>
        assertPolite(await create(body), body),
      ),
      { numRuns: 100 },
    ));

  it("404 to what is no notebook", async () => {
    for (const [method, resource] of [
      ["GET", "/notebooks/{id}"],
      ["PATCH", "/notebooks/{id}"],
      ["DELETE", "/notebooks/{id}"],
      ["POST", "/notebooks/{id}/start"],
      ["POST", "/notebooks/{id}/stop"],
    ] as const) {
      for (const id of ["nobody", "request#0b6f2a", "x".repeat(5_000), "", "../a"]) {
        const { statusCode, body } = await call(method, resource, { id, body: { IdleMinutes: 30 } });
        assert.deepEqual([statusCode, body.message], [404, "there is no such notebook"], `${method} ${id}`);
      }
    }
  });
}
