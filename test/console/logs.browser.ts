import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Logs", () => {
  onBothWidths("show a line as it is logged, find it and tell all of it", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Logs");
    await reader.request("/v0/iris", {});
    await reader.rows.filter({ hasText: "WARN refused" }).last().waitFor();
    await reader.picture(`logs-${width}`);
    await page.getByLabel("Search").fill("refused sepal_length");
    const line = reader.rows.first();
    await line.filter({ hasText: "refused" }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await line.click();
    await page.getByRole("article").getByText("sepal_length").first().waitFor();
    assert.deepEqual(await reader.violations(), []);
    await page.getByRole("link", { name: "Close" }).click();
    await page.getByRole("article").waitFor({ state: "detached" });
  });
});
