import assert from "node:assert/strict";
import { Lambda } from "@aws-sdk/client-lambda";
import { onBothWidths } from "./support/bothWidths.ts";
import { flower, Reader } from "./support/opened.ts";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };

describe("the console's Map", () => {
  onBothWidths("shows the program's resources, and of one what it may and is", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Map");
    await page.getByRole("button", { name: /^Function.* ingest$/ }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.request("/v0/iris", flower);
    await page.getByRole("button", { name: /^API · \d.* api$/ }).waitFor();
    await reader.picture(`map-${width}`);
    await page.getByRole("button", { name: /^Function.* ingest$/ }).click();
    const detail = page.getByRole("article");
    await detail.getByText("dynamodb:PutItem").first().waitFor();
    await detail.getByText("iris-records").first().waitFor();
    await detail
      .getByRole("figure")
      .filter({ hasText: "Its alias live's policy" })
      .filter({ hasText: "execute-api" })
      .waitFor();
    await detail.getByRole("figure").filter({ hasText: "Inputs" }).filter({ hasText: "memorySize" }).waitFor();
    await detail.getByRole("figure").filter({ hasText: "Outputs" }).filter({ hasText: "invokeArn" }).waitFor();
    await detail.getByRole("link", { name: "Logs" }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`resource-${width}`);
    await detail.getByRole("link", { name: "Logs" }).click();
    await page.getByRole("heading", { level: 1, name: "Logs" }).waitFor();
    assert.match(await page.getByLabel("Log group").inputValue(), /iris.ingest/);
  });

  it("lights the way of a request and what follows it, and in red what fails", async function () {
    const reader = await Reader.open(this);
    const { page, place } = reader;
    await reader.goTo("Map");
    await page.getByLabel("System").selectOption("iris");
    await page.getByRole("button", { name: /^Function.* ingest$/ }).waitFor();
    // What other tests did has gone out.
    await page.locator(".edge.good, .node.good").first().waitFor({ state: "detached" });
    await reader.request("/v0/iris", { ...flower, sepal_length: 5.2 });
    // From the API to its function, and from the table's stream to the other one.
    await page.locator(".node.good").nth(2).waitFor();
    await page.locator(".edge.calls.good").nth(1).waitFor({ state: "attached" });
    await page.locator(".edge.calls.good").first().waitFor({ state: "detached" });
    const lambda = new Lambda({ endpoint: place.aws, region: place.region, credentials });
    const { Functions = [] } = await lambda.listFunctions({ MaxItems: 50 });
    const FunctionName = Functions.map((one) => one.FunctionName).find((name) => name?.startsWith("iris-ingest"));
    await lambda.invoke({ FunctionName, Payload: "null" });
    await page.locator(".node.bad").filter({ hasText: "ingest" }).waitFor();
    await page.close();
  });

  it("leads from a resource to the page that shows more of it", async function () {
    const reader = await Reader.open(this);
    const { page } = reader;
    for (const [name, link, heading, shown] of [
      [/^API.* api$/, "Routes and calls", "APIs", "POST"],
      [/^Function.* ingest$/, "Invocations", "Functions", "Half of them within"],
      [/^Table.* records$/, "Items", "Tables", "prediction"],
      [/^Queue.* failures$/, "Messages", "Queues and topics", "Nothing waits here."],
    ] as const) {
      await reader.goTo("Map");
      await page.getByLabel("System").selectOption("iris");
      await page.getByLabel("queues of failures").check();
      await page.getByRole("button", { name }).click();
      await page.getByRole("article").getByRole("link", { name: link }).click();
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      await page.getByRole("main").getByText(shown).first().waitFor();
    }
    await page.close();
  });

  it("shows one system alone, with queues of failures", async function () {
    const reader = await Reader.open(this);
    const { page } = reader;
    await reader.goTo("Map");
    await page.getByLabel("System").selectOption("iris");
    await page.getByLabel("queues of failures").check();
    await page.getByRole("button", { name: "Queue failures" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /get-whodis/ }).count(), 0);
    await page.close();
  });
});
