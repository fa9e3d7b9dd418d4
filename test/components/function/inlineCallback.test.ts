import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Logger } from "@aws-lambda-powertools/logger";
import { output, secret } from "@pulumi/pulumi";
import type { FileAsset } from "@pulumi/pulumi/asset";
import { bundleCallback, type InlineCallback } from "../../../components/function/inlineCallback.ts";
import { record } from "../support/record.ts";

/** The package's code, and what it answers where nothing else is installed. */
async function run(callback: InlineCallback, event: unknown): Promise<{ code: string; answer: unknown }> {
  const assets = await (await bundleCallback(callback)).assets;
  const code = readFileSync(String(await (assets["index.cjs"] as FileAsset).path), "utf8");
  const folder = mkdtempSync(join(tmpdir(), "callback-"));
  try {
    writeFileSync(join(folder, "index.cjs"), code);
    const { handler } = require(join(folder, "index.cjs"));
    return { code, answer: await handler(event, {}) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("an inline callback", () => {
  it("runs alone, with what it captures", async () => {
    const greeting = { text: "hello" };
    const callback = async (event: { name: string }) => `${greeting.text}, ${event.name}`;
    const { code, answer } = await run(callback, { name: "world" });
    assert.equal(answer, "hello, world");
    assert.ok(code.length < 2_000, `${code.length} bytes`);
  });

  it("reads outputs of resources", async () => {
    await record(async () => {
      const table = output("irises");
      assert.equal((await run(async () => table.get(), {})).answer, "irises");
    });
  });

  it("brings the packages that it uses, and no other", async () => {
    const { code, answer } = await run(async () => typeof new Logger({ serviceName: "inline" }).info, {});
    assert.equal(answer, "function");
    assert.ok(code.length > 10_000 && code.length < 60_000, `${code.length} bytes`);
  });

  it("is the same package each time", async () => {
    const callback = async () => 1;
    assert.equal((await run(callback, {})).code, (await run(callback, {})).code);
  });

  it("may not capture a secret", async () => {
    await record(async () => {
      const password = secret("hunter2");
      await assert.rejects(
        bundleCallback(async () => password.get()),
        /secret/i,
      );
    });
  });
});
