import assert from "node:assert/strict";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { SFN } from "@aws-sdk/client-sfn";
import { onBothWidths } from "./support/bothWidths.ts";
import { type Place, Reader } from "./support/opened.ts";

const settingsOf = ({ aws, region }: Place) => ({
  endpoint: aws,
  region,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/** A state machine whose role may nothing yet. @returns its ARN, and what gives it a right. */
async function machineOf(place: Place, name: string, definition: object) {
  const [iam, states] = [new IAMClient(settingsOf(place)), new SFN(settingsOf(place))];
  const document = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
  const trust = { Effect: "Allow", Principal: { Service: "states.amazonaws.com" }, Action: "sts:AssumeRole" };
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document(trust) }));
  const { stateMachineArn } = await states.createStateMachine({
    name,
    definition: JSON.stringify(definition),
    roleArn: Role?.Arn,
  });
  const allow = async (Action: string) => {
    const PolicyDocument = document({ Effect: "Allow", Action, Resource: "*" });
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: "may", PolicyDocument }));
  };
  return { states, stateMachineArn, allow };
}

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
    await detail
      .getByLabel("State", { exact: true })
      .fill(JSON.stringify({ Type: "Pass", Result: { edited: 42 }, Next: "Anywhere" }));
    await detail.getByRole("button", { name: "Try" }).click();
    await detail
      .getByRole("definition")
      .filter({ hasText: /^Anywhere$/ })
      .waitFor();
    await detail.getByRole("figure").filter({ hasText: '"edited": 42' }).waitFor();
    await detail.getByLabel("State", { exact: true }).fill('{"Type":"Nothing"}');
    await detail.getByRole("button", { name: "Try" }).click();
    await detail.getByRole("alert").waitFor();
    // The browser's own words on what was refused.
    assert.equal(reader.complaints.splice(0).length, 1);
    assert.deepEqual(await reader.violations(), []);
    await detail.getByRole("link", { name: "Close" }).click();
    await reader.rows.first().waitFor();
    assert.deepEqual(await reader.violations(), []);
  });

  onBothWidths("say why one failed, and redrive it once the cause is mended", async (reader, width) => {
    const { page, place } = reader;
    const Retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1 }];
    const list = { Type: "Task", Resource: "arn:aws:states:::aws-sdk:sqs:listQueues", Retry, End: true };
    const definition = { StartAt: "Look", States: { Look: { Type: "Pass", Next: "List" }, List: list } };
    const { allow } = await machineOf(place, `redriven-${width}`, definition);
    await reader.goTo("Executions");
    await page.reload();
    await page.getByLabel("State machine").selectOption({ label: `redriven-${width}` });
    await page.getByRole("button", { name: "Start …" }).click();
    await page.getByLabel("Name").fill("first");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    const detail = page.getByRole("article");
    await detail.getByText("failed", { exact: true }).first().waitFor();
    await detail
      .getByText(/sqs:ListQueues/)
      .first()
      .waitFor();
    await detail.getByRole("button", { name: /^Task · 1 retry List failed$/ }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await allow("sqs:ListQueues");
    await detail.getByRole("button", { name: "Redrive from the failure" }).click();
    await detail.getByText("succeeded", { exact: true }).first().waitFor();
    await detail.getByText("Redriven", { exact: true }).waitFor();
    await detail
      .getByRole("figure")
      .filter({ hasText: "Output of the execution" })
      .filter({ hasText: "QueueUrls" })
      .waitFor();
    await detail.getByRole("button", { name: /List went well$/ }).waitFor();
    assert.deepEqual(await reader.violations(), []);
  });

  it("draws of 10,000 only those that are seen, and finds one of them", async function () {
    const reader = await Reader.open(this);
    const { page, place } = reader;
    const pass = { StartAt: "Pass", States: { Pass: { Type: "Pass", End: true } } };
    const { states, stateMachineArn } = await machineOf(place, "many-executions", pass);
    let next = 0;
    const starting = async () => {
      while (next < 10_000) await states.startExecution({ stateMachineArn, name: `number-${next++}` });
    };
    await Promise.all(Array.from({ length: 40 }, starting));
    await page.goto(`${place.aws}/_console/#/executions?machine=${stateMachineArn}`);
    await page.reload();
    await page.getByRole("status").filter({ hasText: "10,000 executions" }).waitFor({ timeout: 60_000 });
    await reader.rows.first().waitFor();
    assert.ok((await reader.rows.count()) < 100);
    await page.getByRole("listbox").focus();
    await page.keyboard.press("End");
    await reader.rows
      .locator("span")
      .filter({ hasText: /^number-\d{1,2}$/ })
      .first()
      .waitFor();
    await page.getByLabel("Search").fill("number-4242");
    await page
      .getByRole("status")
      .filter({ hasText: /^1 execution$/ })
      .waitFor();
    await reader.rows.first().click();
    await page.getByRole("article").getByText("succeeded", { exact: true }).waitFor();
    await page.close();
  });
});
