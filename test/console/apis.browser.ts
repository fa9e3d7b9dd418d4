import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";
import { flower } from "./support/opened.ts";

describe("the console's APIs", () => {
  onBothWidths("call a route by a form, and tell of the last calls", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("APIs");
    assert.deepEqual(await reader.violations(), []);
    await page.getByLabel("Search").fill("POST /v0/iris");
    await reader.rows.first().click();
    const detail = page.getByRole("article");
    await detail.getByLabel("Body", { exact: true }).fill(JSON.stringify(flower));
    await detail.getByRole("button", { name: "Call" }).click();
    await detail.getByRole("figure").filter({ hasText: '"id"' }).waitFor();
    await detail.getByLabel("Body", { exact: true }).fill("{}");
    await detail.getByRole("button", { name: "Call" }).click();
    await detail.getByRole("row").filter({ hasText: "sepal_length: is missing" }).first().waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`apis-${width}`);
  });

  onBothWidths("sign for a route that demands it", async (reader) => {
    const { page } = reader;
    await reader.goTo("APIs");
    await page.getByLabel("Search").fill("GET /jobs AWS_IAM platform");
    await reader.rows.first().click();
    const detail = page.getByRole("article");
    await detail.getByRole("button", { name: "Call" }).click();
    await detail.getByRole("definition").filter({ hasText: /^200$/ }).waitFor();
    await detail.getByLabel("signed, as the account's root").uncheck();
    await detail.getByRole("button", { name: "Call" }).click();
    await detail.getByRole("definition").filter({ hasText: /^403$/ }).waitFor();
  });
});
