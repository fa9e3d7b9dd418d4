import assert from "node:assert/strict";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Access", () => {
  onBothWidths("shows a refused call, and the statement that is missing", async (reader, width) => {
    const { page, place } = reader;
    const client = (accessKeyId: string, secretAccessKey: string) =>
      new IAMClient({ endpoint: place.aws, region: place.region, credentials: { accessKeyId, secretAccessKey } });
    const root = client("test", "test");
    const UserName = `reader-${width}`;
    await root.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await root.send(new CreateAccessKeyCommand({ UserName }));
    const user = client(AccessKey?.AccessKeyId as string, AccessKey?.SecretAccessKey as string);
    await reader.goTo("Access");
    await assert.rejects(user.send(new ListUsersCommand({})), { name: "AccessDenied" });
    await reader.rows.filter({ hasText: UserName }).click();
    const statement = await page.getByRole("article").getByRole("figure").locator("pre").innerText();
    assert.deepEqual([JSON.parse(statement).Effect, JSON.parse(statement).Action], ["Allow", "iam:ListUsers"]);
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`access-${width}`);
  });
});
