import assert from "node:assert/strict";
import { driftIssue, driftMarker } from "../../../scripts/github/driftIssue.ts";
import { longestBody } from "../../../scripts/github/markdown.ts";

const change = (op: string, name: string, properties: string[] = []) => ({
  op,
  urn: `urn:pulumi:prod::platform::aws:sqs/queue:Queue::${name}`,
  properties,
});
const runUrl = "https://github.com/acme/platform/actions/runs/1";

describe("the issue about drift", () => {
  it("names what differs by its properties, never by their values", () => {
    const changes = [
      change("update", "archiver-queue", ["tags.owner", "delaySeconds"]),
      change("delete", "jobs-queue"),
    ];
    const text = driftIssue({ stack: "prod", runUrl, changes });
    assert.ok(text.startsWith(driftMarker("prod")));
    assert.match(text, /2 resources differ from what Pulumi has deployed to stack `prod`/);
    assert.match(text, /\| aws:sqs\/queue:Queue archiver-queue \| is changed \| tags\.owner, delaySeconds \|/);
    assert.match(text, /\| aws:sqs\/queue:Queue jobs-queue \| is gone \| all of it \|/);
    assert.match(text, /pulumi up --refresh --stack prod/);
  });

  it("fits into an issue", () => {
    const changes = Array.from({ length: 3000 }, (_, number) => change("update", `queue-${number}`, ["policy"]));
    const text = driftIssue({ stack: "prod", runUrl, changes });
    assert.ok(text.length <= longestBody);
    assert.match(text, /… and more: \[workflow run\][\s\S]*pulumi up --refresh/);
  });
});
