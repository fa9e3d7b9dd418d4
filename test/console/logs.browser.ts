import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { onBothWidths } from "./support/bothWidths.ts";
import { Reader } from "./support/opened.ts";

describe("the console's Logs", () => {
  onBothWidths("show a line as it is logged, find it and tell all of it", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Logs");
    await reader.request("/v0/iris", {});
    await reader.rows.filter({ hasText: "WARN refused" }).last().waitFor();
    const named = reader.rows.filter({ hasText: /iris-ingest.*WARN refused/ });
    if (width === "wide") await named.last().waitFor();
    await reader.picture(`logs-${width}`);
    await page.getByLabel("Search").fill("refused sepal_length");
    const line = reader.rows.first();
    await line.filter({ hasText: "refused" }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await line.click();
    await page.getByRole("article").getByText("sepal_length").first().waitFor();
    assert.deepEqual(await reader.violations(), []);
    await page.getByRole("link", { name: "Close" }).click();
    await page.getByRole("article").waitFor({ state: "detached" });
  });

  it("draws of 100,000 lines only those that are seen, follows their end, and finds one of them", async function () {
    const reader = await Reader.open(this);
    const { page, place } = reader;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const logs = new CloudWatchLogsClient({ endpoint: place.aws, region: place.region, credentials });
    const [logGroupName, logStreamName] = ["many", "lines"];
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const first = Date.now() - 600_000;
    for (let from = 0; from < 100_000; from += 10_000) {
      const logEvents = Array.from({ length: 10_000 }, (_, index) => ({
        timestamp: first + from + index,
        message: `line ${from + index}`,
      }));
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    }
    await page.goto(`${place.aws}/_console/#/logs?group=${logGroupName}`);
    await page.reload();
    await page.getByRole("status").filter({ hasText: "100,000 lines" }).waitFor();
    await reader.rows.filter({ hasText: "line 99999" }).waitFor();
    assert.ok((await reader.rows.count()) < 100);
    await page.getByRole("listbox").focus();
    await page.keyboard.press("Home");
    await reader.rows.filter({ hasText: /line 0$/ }).waitFor();
    await page.getByLabel("Search").fill("line 4242");
    await page.getByRole("status").filter({ hasText: "20 of 100,000 lines" }).waitFor();
    await page.close();
  });
});
