import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Mail", () => {
  onBothWidths("shows what would have been sent, with its links", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Mail");
    await page.getByLabel("Search").fill("Subscription Confirmation");
    await reader.rows.first().click();
    const link = page.getByRole("article").getByRole("link", { name: /Action=ConfirmSubscription/ });
    await link.waitFor();
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`mail-${width}`);
  });
});
