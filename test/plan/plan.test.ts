import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { planOf } from "../../plan/plan.ts";
import { markdownOf, textOf } from "../../plan/print.ts";
import { changesBetween, type PlannedResource, type Stacks } from "../../plan/stacks.ts";
import { resource } from "./stacks.ts";

const between = (before: PlannedResource[], after: PlannedResource[]): Stacks => ({
  before,
  after,
  changes: changesBetween(before, after),
});
const usage = () => ({ requests: 1_000_000, milliseconds: 100, gigabytes: 1, stored: 1 });

const printed = (stacks: Stacks) => stripVTControlCharacters(textOf(planOf(stacks, usage), { details: true }));

const api = resource("dsp:index:Api", "shop", { id: "" });
const handler = (memorySize: number, more: Partial<PlannedResource> = {}) =>
  resource("aws:lambda/function:Function", "shop-get", { parent: api.urn, inputs: { memorySize }, ...more });

describe("a plan", () => {
  it("says that nothing changes", () => {
    assert.match(printed(between([api, handler(128)], [api, handler(128)])), /^nothing changes\n/);
  });

  it("shows changes by component, with values", () => {
    const text = printed(between([api, handler(128)], [api, handler(256), resource("aws:sns/topic:Topic", "news")]));
    assert.match(text, /^1 to create, 1 to update\n/);
    assert.match(text, /\n {2}shop \(Api\)\n {4}~ lambda:Function shop-get\n {6}memorySize: 128 → 256\n/);
    assert.match(text, /\n {2}the program's own\n {4}\+ sns:Topic news\n/);
  });

  it("takes files for the same wherever they lie", () => {
    const code = (path: string, hash: string) => ({ inputs: { code: { kind: "archive", path, hash } } });
    const was = handler(128, code("/a/code.zip", "1234567890abcdef"));
    assert.match(printed(between([was], [handler(128, code("/b/code.zip", "1234567890abcdef"))])), /^nothing changes/);
    assert.match(printed(between([was], [handler(128, code("/a/code.zip", "fedcba0987654321"))])), /^1 to update/);
  });

  it("tells first what loses data: by a deletion, and by a replacement with its reason", () => {
    const table = (name: string, hashKey: string, id: string) =>
      resource("aws:dynamodb/table:Table", name, { id, inputs: { hashKey } });
    const text = printed(
      between(
        [table("orders", "id", "orders-1"), table("carts", "id", "carts-1")],
        [table("orders", "number", "orders-2")],
      ),
    );
    assert.match(
      text,
      /^1 to replace, 1 to delete\n\nData is lost\n {2}± dynamodb:Table orders: replaced by an empty one, for hashKey\n {2}- dynamodb:Table carts: deleted\n/,
    );
  });

  it("tells what is opened and closed", () => {
    const url = (authorizationType: string) =>
      resource("aws:lambda/functionUrl:FunctionUrl", "hello", { inputs: { authorizationType } });
    assert.match(
      printed(between([url("AWS_IAM")], [url("NONE")])),
      /Exposure\n {2}\+ anyone may call function URL hello\n/,
    );
    assert.match(
      printed(between([url("NONE")], [url("AWS_IAM")])),
      /Exposure\n {2}- anyone may call function URL hello\n/,
    );
    const group = (cidr: string) =>
      resource("aws:ec2/securityGroup:SecurityGroup", "db", {
        inputs: { ingress: [{ cidrBlocks: [cidr], protocol: "tcp", fromPort: 5432, toPort: 5432 }] },
      });
    assert.match(
      printed(between([group("10.0.0.0/8")], [group("0.0.0.0/0")])),
      /\+ anyone on the internet reaches what is behind of security group db: tcp 5432/,
    );
  });

  it("reckons alarms by the metrics that they read, and dashboards", () => {
    const [m0, m1] = ["m0", "m1"].map((id) => ({ id, metric: { metricName: "Errors" } }));
    const watch = [
      resource("aws:cloudwatch/metricAlarm:MetricAlarm", "rate", {
        inputs: { metricQueries: [{ id: "value", expression: "m0 + m1" }, m0, m1] },
      }),
      resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", "both"),
      resource("aws:cloudwatch/dashboard:Dashboard", "shop"),
    ];
    assert.match(printed(between([], watch)), /\$0\.00 → \$3\.70 a month \(\+\$3\.70\)/);
  });

  it("reckons the cost of a month, and counts what has no price", () => {
    const after = [handler(1024), resource("aws:sagemaker/notebookInstance:NotebookInstance", "lab")];
    const text = printed(between([handler(128)], after));
    // 1,000,000 requests at $0.20, and 12,500 or 100,000 GB-seconds at $0.0000166667.
    assert.match(
      text,
      /\$0\.41 → \$1\.87 a month \(\+\$1\.46\); not priced: 1\n {4}\+\$1\.46 lambda:Function shop-get\n/,
    );
    assert.match(text, /not priced: sagemaker:NotebookInstance lab/);
    assert.match(
      text,
      /\$1\.67 for 100,000 × GB-second \(https:\/\/aws\.amazon\.com\/lambda\/pricing\/, read \d{4}-\d\d-\d\d\)/,
    );
  });

  it("reckons what changes no cost without a sign", () => {
    assert.match(printed(between([handler(128)], [handler(128)])), /\$0\.41 → \$0\.41 a month \(\$0\.00\)/);
  });

  it("is a comment in Markdown whose fences nothing in it closes", () => {
    const evil = resource("aws:sns/topic:Topic", "a```\n# b", { inputs: {} });
    const text = markdownOf(planOf(between([], [evil]), usage));
    assert.equal(text.split("```").length % 2, 1);
    assert.doesNotMatch(text, /^# b/m);
    assert.match(text, /^### Plan: 1 to create\n/);
    assert.match(text, /<details><summary>Resources<\/summary>/);
  });

  it("is cut where GitHub takes no longer comment", () => {
    const many = Array.from({ length: 3000 }, (_, at) =>
      resource("aws:sns/topic:Topic", `topic-with-a-long-name-${at}`),
    );
    const text = markdownOf(planOf(between([], many), usage));
    assert.ok(text.length < 65_536);
    assert.match(text, /and more: run `npm run plan`/);
  });
});
