import assert from "node:assert/strict";
import { longestBody } from "../../../scripts/github/markdown.ts";
import { readOperation } from "../../../scripts/github/operation.ts";
import { previewComment, previewMarker } from "../../../scripts/github/previewComment.ts";

const urn = "urn:pulumi:dev::platform::dsp:index:Archiver$aws:s3/bucket:Bucket::archiver-drop";
const policy = (policyName: string, enforcementLevel: string) =>
  JSON.stringify({
    policyEvent: { resourceUrn: urn, policyName, enforcementLevel, message: "<{%fg 1%}>it is | open<{%reset%}>\n" },
  });
const found = {
  stack: "dev",
  commit: "0123456789abcdef",
  runUrl: "https://github.com/acme/platform/actions/runs/1",
  operation: readOperation(""),
  plan: "### Plan: 1 to create\n\nmore of it",
};

describe("the comment about a preview", () => {
  it("says that every rule is kept, and then what the plan says", () => {
    assert.equal(
      previewComment(found),
      [
        "<!-- preview of stack dev -->",
        "## Preview of stack `dev`",
        "✅ Every rule of the policy pack is kept.",
        "### Plan: 1 to create\n\nmore of it",
        "<sub>commit 0123456 · [workflow run](https://github.com/acme/platform/actions/runs/1)</sub>",
      ].join("\n\n"),
    );
  });

  it("names each broken rule with its resource, before advice", () => {
    const log = [policy("a-hint", "advisory"), policy("bucket-is-private", "mandatory"), policy("c", "disabled")].join(
      "\n",
    );
    const text = previewComment({ ...found, operation: readOperation(log) });
    assert.match(text, /❌ \*\*1 rule is broken\*\*/);
    assert.match(
      text,
      /\| bucket-is-private \| aws:s3\/bucket:Bucket archiver-drop \| it is \\\| open \|\n\| a-hint \|/,
    );
    assert.ok(!text.includes("| c |"));
  });

  it("says why a preview has failed, and claims nothing of the rules then", () => {
    const log = JSON.stringify({ diagnosticEvent: { severity: "error", message: "no credentials\n" } });
    const { plan: _, ...failed } = found;
    const text = previewComment({ ...failed, operation: readOperation(log) });
    assert.match(text, /❌ \*\*The preview failed\.\*\*\n- no credentials\n/);
    assert.ok(!text.includes("✅"));
  });

  it("begins with what it is found by, which a stack's name tells apart", () => {
    assert.ok(previewComment(found).startsWith(previewMarker("dev")));
    assert.ok(!previewComment(found).startsWith(previewMarker("de")));
  });

  it("fits into a comment, and says where the rest is", () => {
    const operation = readOperation(
      Array.from({ length: 2000 }, () => policy("bucket-is-private", "mandatory")).join("\n"),
    );
    const text = previewComment({ ...found, operation, plan: "a line of a plan\n".repeat(10_000) });
    assert.ok(text.length <= longestBody, `${text.length}`);
    assert.match(text, /… and more: \[workflow run\]/);
    assert.match(text, /… more in the \[run\]/);
    assert.match(text, /<sub>commit 0123456/);
  });

  it("shows no secret of the run, wherever it came from", () => {
    const environment = { AWS_SESSION_TOKEN: "IQoJb3JpZ2luX2Vj", PULUMI_CONFIG_PASSPHRASE: "correct horse" };
    const operation = readOperation(policy("correct horse", "mandatory"));
    const text = previewComment({ ...found, operation, plan: "x: IQoJb3JpZ2luX2Vj" }, environment);
    assert.ok(!/IQoJ|correct horse/.test(text), text);
  });

  it("is not made of a log that is none", () => {
    assert.throws(
      () => readOperation("{}\nPrevious run"),
      /^Failure: line 2 of the event log is "Previous run"; allowed is an event/,
    );
  });
});
