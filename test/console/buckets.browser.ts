import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Buckets", () => {
  onBothWidths("upload, find by folders, show and delete an object", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Buckets");
    const buckets = page.getByLabel("Bucket", { exact: true });
    await buckets.selectOption({ label: (await buckets.innerText()).match(/jobs-data\S*/)?.[0] as string });
    assert.deepEqual(await reader.violations(), []);
    await page.getByRole("button", { name: "Upload …" }).click();
    await page.getByLabel("Key", { exact: true }).fill(`notes/${width}/a.txt`);
    await page.getByLabel("Or text").fill("words of a note");
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await reader.rows.filter({ hasText: "notes/" }).click();
    await reader.rows.filter({ hasText: `${width}/` }).click();
    await reader.rows.filter({ hasText: "a.txt" }).click();
    const detail = page.getByRole("article");
    await detail.getByText("words of a note").waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`buckets-${width}`);
    await detail.getByRole("button", { name: "Delete" }).click();
    await page.getByText("There is nothing.").waitFor();
    await page.getByRole("navigation", { name: "Folders" }).waitFor();
  });
});
