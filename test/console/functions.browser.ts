import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Functions", () => {
  onBothWidths("tell how invocations went, and invoke with an event", async (reader, width) => {
    const { page } = reader;
    await reader.request("/whodis");
    await reader.goTo("Functions");
    await page.getByLabel("Search").fill("get-whodis");
    await reader.rows.first().click();
    const detail = page.getByRole("article");
    await detail.getByRole("heading", { name: /^Last invocations: [1-9]/ }).waitFor();
    await detail.getByText("Invoke it").click();
    await detail.getByLabel("Event, as JSON").fill("{");
    await detail.getByRole("button", { name: "Invoke" }).click();
    await detail.getByRole("alert").waitFor();
    await detail.getByLabel("Begin with").selectOption("API Gateway");
    await detail.getByRole("button", { name: "Invoke" }).click();
    await detail.getByRole("figure").filter({ hasText: "statusCode" }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`functions-${width}`);
  });
});
