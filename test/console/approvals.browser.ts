import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Approvals", () => {
  onBothWidths("show a question, and answer it once there is a name", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Executions");
    const machines = page.getByLabel("State machine");
    await machines.selectOption({
      label: (await machines.innerText()).match(/\S*ArchiverStateMachine\S*/)?.[0] as string,
    });
    await page.getByRole("button", { name: "Start …" }).click();
    await page.getByLabel("Input, as JSON").fill(JSON.stringify({ archive: true, approval_needed: true, quality: 91 }));
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("article").getByText("running", { exact: true }).first().waitFor();
    await reader.goTo("Approvals");
    await reader.rows.filter({ hasText: "waits" }).first().click();
    const detail = page.getByRole("article");
    await detail.getByRole("button", { name: "Reject" }).click();
    await detail.getByText("Who answers?").waitFor();
    assert.deepEqual(await reader.violations(), []);
    await detail.getByLabel("Your name").fill("anna");
    await detail.getByLabel("Reason").fill("too old");
    await reader.picture(`approvals-${width}`);
    await detail.getByRole("button", { name: "Reject" }).click();
    await detail.getByText("answered").waitFor();
    await detail.getByRole("definition").getByRole("link").click();
    await page.getByRole("button", { name: /^Task Rejected/ }).waitFor();
  });
});
