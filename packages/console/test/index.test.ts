import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { createConsole } from "../src/index.ts";
import type { Resource } from "../src/stack.ts";

describe("what the console is served of", () => {
  let resources: readonly Resource[] = [];
  const console = createConsole({
    programDirectory: import.meta.dirname,
    cache: tmpdir(),
    stack: () => ({ project: "shop", stack: "local", resources }),
  });

  it("has its frame in the first answer, and nothing of another site", async () => {
    const { type, body = "" } = (await console.file("index.html")) ?? {};
    assert.equal(type, "text/html; charset=utf-8");
    assert.match(String(body), /<header class="top">/);
    assert.doesNotMatch(String(body), /\w+:\/\//);
    assert.equal(await console.file("../package.json"), undefined);
  });

  it("draws the map again only where the stack has changed", () => {
    const map = () => console.documents.map?.("") as { nodes: { name: string }[] };
    const empty = map();
    assert.deepEqual(empty.nodes, []);
    assert.equal(map(), empty);
    const arn = "arn:aws:sqs:us-east-1:000000000000:orders";
    const urn = "urn:pulumi:local::shop::aws:sqs/queue:Queue::orders";
    resources = [{ urn, type: "aws:sqs/queue:Queue", id: arn, inputs: {}, outputs: { arn }, dependencies: [] }];
    assert.deepEqual(
      map().nodes.map(({ name }) => name),
      ["orders"],
    );
  });
});
