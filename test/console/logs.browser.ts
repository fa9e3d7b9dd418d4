import assert from "node:assert/strict";
import { Reader, type Width } from "./support/opened.ts";

describe("the console's Logs", () => {
  let reader: Reader;
  afterEach(() => reader?.page.close());

  for (const [width, colours] of [
    ["wide", "light"],
    ["narrow", "dark"],
  ] satisfies [Width, "light" | "dark"][]) {
    it(`show a line as it is logged, find it and tell all of it (${width})`, async function () {
      reader = await Reader.open(this, width, colours);
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
  }
});
