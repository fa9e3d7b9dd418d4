import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prices } from "../../plan/prices.ts";
import { readUsage } from "../../plan/usage.ts";

describe("the usage that a plan reckons with", () => {
  const folder = mkdtempSync(join(tmpdir(), "usage-"));
  after(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    const path = join(folder, "usage.yaml");
    writeFileSync(path, text);
    return readUsage(path);
  };

  it("is a type's, but for what a resource's own line says", () => {
    const usage = read("lambda:Function: { requests: 1000, milliseconds: 50 }\nshop-get: { requests: 5 }\n");
    assert.deepEqual(usage("lambda:Function", "other"), { requests: 1000, milliseconds: 50 });
    assert.deepEqual(usage("lambda:Function", "shop-get"), { requests: 5, milliseconds: 50 });
    assert.deepEqual(usage("kms:Key", "key"), {});
  });

  for (const [text, message] of [
    ["a: { requests: -1 }", /usage\.yaml: a\.requests is -1; allowed is a number from 0 on/],
    ["a: { requests: many }", /a\.requests is "many"; allowed/],
    ["a: 3", /a is 3; allowed are amounts/],
    ["- a", /is \["a"\]; allowed is a mapping/],
    ["a: {", /usage\.yaml: /],
  ] as const) {
    it(`is refused as ${text}`, () => assert.throws(() => read(text), message));
  }

  it("is refused where there is no such file", () =>
    assert.throws(() => readUsage(join(folder, "none")), /none: ENOENT/));
});

describe("prices", () => {
  for (const [name, { usd, page, read }] of Object.entries(prices)) {
    it(`${name} names AWS's page and the day on which it was read`, () => {
      assert.ok(usd > 0);
      assert.match(page, /^https:\/\/aws\.amazon\.com\/[\w-]+\/pricing\/$/);
      assert.ok(Date.parse(read) <= Date.now());
    });
  }
});
