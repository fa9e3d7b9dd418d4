import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Executions", () => {
  onBothWidths("start one, and show its way, each state's input and output", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Executions");
    const machines = page.getByLabel("State machine");
    await machines.selectOption({
      label: (await machines.innerText()).match(/\S*ArchiverStateMachine\S*/)?.[0] as string,
    });
    await page.getByRole("button", { name: "Start …" }).click();
    await page.getByLabel("Input, as JSON").fill("{");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("alert").waitFor();
    const granule = { url: "https://example.org/granules/1", archive: true, approval_needed: false, quality: 91 };
    await page.getByLabel("Input, as JSON").fill(JSON.stringify(granule));
    await page.getByRole("button", { name: "Start", exact: true }).click();
    const detail = page.getByRole("article");
    await detail
      .getByText("succeeded", { exact: true })
      .or(detail.getByText("failed", { exact: true }))
      .first()
      .waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`executions-${width}`);
    await detail.getByRole("button", { name: /^Task Gather Info/ }).click();
    await detail.getByRole("heading", { name: "State Gather Info" }).waitFor();
    await detail.getByText("Edit it and try it by itself").click();
    await detail.getByRole("button", { name: "Try" }).click();
    await detail.getByText("Next state").waitFor();
    assert.deepEqual(await reader.violations(), []);
    await detail.getByRole("link", { name: "Close" }).click();
    await reader.rows.first().waitFor();
    assert.deepEqual(await reader.violations(), []);
  });
});
