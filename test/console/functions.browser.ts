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
    await detail
      .getByRole("row")
      .filter({ hasText: /cold, \d+ ms.*success/ })
      .first()
      .waitFor();
    await detail.getByText("Cold starts").waitFor();
    await detail.getByText("Most memory").waitFor();
    // Most memory, and that of the setting.
    assert.equal(
      await detail
        .getByRole("definition")
        .filter({ hasText: /^\d+ MB$/ })
        .count(),
      2,
    );
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
