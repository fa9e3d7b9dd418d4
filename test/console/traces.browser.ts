import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";
import { flower } from "./support/opened.ts";

describe("the console's Traces", () => {
  onBothWidths("show a request across services as a waterfall", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Traces");
    await reader.request("/v0/iris", flower);
    // Only a request that was taken got as far as the table.
    await page.getByLabel("Search").fill("iris-records");
    await reader.rows.filter({ hasText: "/v0/iris" }).first().click();
    const detail = page.getByRole("article");
    await detail.getByRole("heading", { name: /^\d+ parts in / }).waitFor();
    await detail
      .getByRole("button", { name: /^iris-records/ })
      .first()
      .click();
    await detail.getByRole("heading", { name: /^iris-records/ }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`traces-${width}`);
  });
});
