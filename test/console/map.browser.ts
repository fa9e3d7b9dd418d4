import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";
import { flower, Reader } from "./support/opened.ts";

describe("the console's Map", () => {
  onBothWidths("shows the program's resources, and of one what it may and is", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Map");
    await page.getByRole("button", { name: /^Function.* ingest$/ }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.request("/v0/iris", flower);
    await page.getByRole("button", { name: /^API · \d.* api$/ }).waitFor();
    await reader.picture(`map-${width}`);
    await page.getByRole("button", { name: /^Function.* ingest$/ }).click();
    const detail = page.getByRole("article");
    await detail.getByText("dynamodb:PutItem").first().waitFor();
    await detail.getByText("iris-records").first().waitFor();
    assert.deepEqual(await reader.violations(), []);
    await detail.getByRole("link", { name: "Logs" }).click();
    await page.getByRole("heading", { level: 1, name: "Logs" }).waitFor();
    assert.match(await page.getByLabel("Log group").inputValue(), /iris.ingest/);
  });

  it("shows one system alone, with queues of failures", async function () {
    const reader = await Reader.open(this);
    const { page } = reader;
    await reader.goTo("Map");
    await page.getByLabel("System").selectOption("iris");
    await page.getByLabel("queues of failures").check();
    await page.getByRole("button", { name: "Queue failures" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /get-whodis/ }).count(), 0);
    await page.close();
  });
});
