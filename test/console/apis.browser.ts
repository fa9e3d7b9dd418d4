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

  onBothWidths(
    "send a call again, and show the new answer beside the old one, without secrets",
    async (reader, width) => {
      const { page, place } = reader;
      const path = `/v0/iris?token=of-anna&from=${width}`;
      const headers = { authorization: "Bearer of-anna", "content-type": "application/json" };
      const sent = await fetch(`${place.api}${path}`, { method: "POST", body: JSON.stringify(flower), headers });
      const { id } = (await sent.json()) as { id: string };
      await reader.goTo("APIs");
      await page.getByRole("main").getByRole("link", { name: "POST /v0/iris" }).first().click();
      const detail = page.getByRole("article");
      await detail.getByText(`POST /v0/iris?token=[hidden]&from=${width}`).waitFor();
      await detail.getByRole("figure").filter({ hasText: '"authorization": "[hidden]"' }).waitFor();
      await detail.getByRole("figure").filter({ hasText: '"sepal_length": 5.1' }).waitFor();
      assert.deepEqual(await reader.violations(), []);
      await detail.getByRole("button", { name: "Send it again" }).press("Enter");
      await detail.getByRole("heading", { name: "The answer now" }).waitFor();
      // The same flower is the same record.
      await detail.getByRole("figure").filter({ hasText: "The answer then: body" }).filter({ hasText: id }).waitFor();
      await detail.getByRole("figure").filter({ hasText: "The answer now: body" }).filter({ hasText: id }).waitFor();
      assert.doesNotMatch(await page.content(), /of-anna/);
      assert.deepEqual(await reader.violations(), []);
      await reader.picture(`calls-${width}`);
      await detail.getByRole("link", { name: /^\w{8}(-\w{4}){3}-\w{12}$/ }).click();
      await page.getByRole("heading", { level: 1, name: "Logs" }).waitFor();
      assert.match(await page.getByLabel("Log group").inputValue(), /iris-ingest/);
      await reader.rows.first().waitFor();
    },
  );

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
