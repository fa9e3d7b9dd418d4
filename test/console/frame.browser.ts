import assert from "node:assert/strict";
import { Reader } from "./support/opened.ts";

describe("the console's frame", () => {
  let reader: Reader;
  afterEach(() => reader?.page.close());

  it("keeps the token out of the address, and asks for the URL again without it", async function () {
    reader = await Reader.open(this);
    const { page } = reader;
    assert.doesNotMatch(page.url(), /token/);
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await page.getByRole("heading", { name: "This page is of another start" }).waitFor();
  });

  it("is worked by keys: past the navigation, to the search, through a list", async function () {
    reader = await Reader.open(this);
    const { page } = reader;
    await reader.request("/whodis");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
    await reader.goTo("Logs");
    await reader.rows.first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("greeted");
    await page.getByRole("status").filter({ hasText: /^1 of/ }).waitFor();
    await page.getByRole("listbox").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.getByRole("article").getByText("greeted").first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("article").waitFor({ state: "detached" });
  });

  it("is dark or light as the system is, and as one chooses", async function () {
    reader = await Reader.open(this, "narrow", "dark");
    const { page } = reader;
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.getByRole("button", { name: "Change to light" }).click();
    assert.notEqual(await ground(), dark);
    await page.reload();
    await page.getByRole("button", { name: "Change to dark" }).waitFor();
  });
});
