import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Tables", () => {
  onBothWidths("add, find, edit and delete an item", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Tables");
    const tables = page.getByLabel("Table", { exact: true });
    await tables.selectOption({ label: (await tables.innerText()).match(/jobs-table\S*/)?.[0] as string });
    const item = { pk: { S: `console#${width}` }, sk: { S: "1" } };
    await page.getByRole("button", { name: "Add …" }).click();
    const text = page.getByLabel("Item, with the types of its values");
    const keys = Object.keys(JSON.parse(await text.inputValue()));
    const given = {
      ...Object.fromEntries(keys.map((key, index) => [key, Object.values(item)[index]])),
      note: { S: "new" },
    };
    await text.fill(JSON.stringify(given));
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByLabel("Search").fill(`console#${width}`);
    await reader.rows.first().click();
    await page.getByText("Edit or delete it").click();
    await text.fill((await text.inputValue()).replace('"new"', '"edited"'));
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`tables-${width}`);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("article").waitFor({ state: "detached" });
    await page.getByLabel("Search").fill("edited");
    await reader.rows.first().click();
    await page.getByText("Edit or delete it").click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("There is none like that.").waitFor();
    assert.deepEqual(await reader.violations(), []);
  });
});
