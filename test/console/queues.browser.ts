import assert from "node:assert/strict";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Queues and topics", () => {
  onBothWidths("send a message, look at it without taking it, delete them all", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Queues and topics");
    // A queue is purged once a minute.
    await page.getByLabel("Search").fill(width === "wide" ? "jobs-run-failures" : "jobs-sweep-failures");
    await reader.rows.first().click();
    const detail = page.getByRole("article");
    await detail.getByText("Send a message").click();
    await detail.getByLabel("Body of the message").fill(`{"from":"${width}"}`);
    await detail.getByRole("button", { name: "Send" }).click();
    await detail.getByRole("heading", { name: "1 message" }).waitFor();
    assert.equal(await detail.getByText(/^\d+ times?$/).count(), 0);
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`queues-${width}`);
    await detail.getByRole("button", { name: "Delete them all" }).click();
    await detail.getByText("Nothing waits here.").waitFor();
  });

  onBothWidths("publish to a topic", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Queues and topics");
    await page.getByLabel("Search").fill("archiver-approvals topic");
    await reader.rows.first().click();
    const detail = page.getByRole("article");
    await detail.getByRole("cell", { name: "you@example.org" }).waitFor();
    await detail.getByLabel("Message").fill(`from ${width}`);
    await detail.getByRole("button", { name: "Publish" }).click();
    assert.deepEqual(await reader.violations(), []);
  });
});
