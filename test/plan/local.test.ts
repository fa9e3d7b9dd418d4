import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { localStacks } from "../../plan/local.ts";
import { planOf } from "../../plan/plan.ts";
import { sectionsOf, summaryOf } from "../../plan/sections.ts";

const program = (policy: string, more = "") => `
const aws = require("@pulumi/aws");
const queue = new aws.sqs.Queue("orders");
const role = new aws.iam.Role("worker", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
  }),
});
new aws.iam.RolePolicy("worker", {
  role: role.name,
  policy: queue.arn.apply((Resource) => JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ${policy}, Resource }],
  })),
});
${more}`;

describe("a plan on this machine", () => {
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd: folder,
      stdio: "pipe",
    });
  const stacksAgainst = (against: string) =>
    localStacks({ program: folder, against, stack: "local", config: {}, say: () => {} });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "planned-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\nmain: index.js\n");
    writeFileSync(join(folder, "Pulumi.local.yaml"), "config:\n  aws:region: eu-west-1\n");
    writeFileSync(join(folder, ".gitignore"), "node_modules\n");
    writeFileSync(join(folder, "index.js"), program('"sqs:ReceiveMessage"'));
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("knows every value: rights, and what becomes of the rest, by files that git has not seen yet", async () => {
    writeFileSync(join(folder, "topic.js"), 'module.exports = (aws) => new aws.sns.Topic("news");');
    writeFileSync(
      join(folder, "index.js"),
      program('["sqs:ReceiveMessage", "sqs:DeleteMessage"]', 'require("./topic.js")(aws);'),
    );
    const plan = planOf(await stacksAgainst("HEAD"), () => ({}));
    assert.equal(summaryOf(plan), "1 to create, 1 to update");
    assert.deepEqual(
      sectionsOf(plan)
        .find(({ title }) => title === "Access")
        ?.lines.map(({ text }) => text),
      ["+ iam:Role worker may sqs:DeleteMessage on sqs:Queue orders"],
    );
  });

  it("refuses a commit that git does not know", async () => {
    await assert.rejects(
      stacksAgainst("nowhere"),
      /^Failure: --against is nowhere; allowed is a commit that git knows: /,
    );
  });

  it("takes no commit for an option", async () => {
    await assert.rejects(stacksAgainst("--output=/tmp/x"), /^Failure: --against is --output/);
  });

  it("says in the program's words what it fails by", async () => {
    writeFileSync(join(folder, "index.js"), 'throw new Error("no such shop");');
    await assert.rejects(stacksAgainst("HEAD"), /no such shop/);
  });
});
