import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Notebooks and jobs", () => {
  onBothWidths("stop and start a notebook, and run a job", async (reader, width) => {
    const { page } = reader;
    const [notebook, job] = [`anna-${width}`, `ratings-${width}`];
    await reader.dsp("notebooks", "create", notebook);
    await reader.dsp("jobs", "schedule", job, "cron(30 2 * * ? *)", "--script", "recommender_ratings.py");
    await reader.goTo("Notebooks and jobs");
    await reader.rows.filter({ hasText: notebook }).click();
    const detail = page.getByRole("article");
    await detail.getByRole("heading", { name: notebook }).waitFor();
    await detail.getByText("InService").waitFor();
    const opened = page.waitForEvent("popup");
    await detail.getByRole("button", { name: "Open" }).click();
    const tab = await opened;
    assert.equal(new URL(tab.url()).hostname.split(".")[0]?.endsWith(notebook), true);
    await tab.close();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`notebooks-${width}`);
    await detail.getByRole("button", { name: "Stop" }).click();
    await detail.getByText("Stopped", { exact: true }).waitFor();
    await detail.getByRole("button", { name: "Start" }).click();
    await detail.getByText("InService").waitFor();
    await detail.getByRole("link", { name: "Close" }).click();
    await reader.rows.filter({ hasText: job }).click();
    await detail.getByText("cron(30 2 * * ? *) UTC").waitFor();
    await detail.getByRole("heading", { name: "0 runs" }).waitFor();
    await detail.getByRole("button", { name: "Run now" }).click();
    await detail.getByRole("heading", { name: "1 run", exact: true }).waitFor();
    await detail.getByRole("row").filter({ hasText: "request" }).waitFor();
    await detail.getByRole("heading", { name: /^Run \w{10}/ }).waitFor();
    // Without PySpark it fails at once, and says why.
    await detail.getByText(/^(failed|success)$/).waitFor({ timeout: 60_000 });
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`jobs-${width}`);
  });
});
