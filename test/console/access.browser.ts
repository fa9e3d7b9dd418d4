import assert from "node:assert/strict";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
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

  onBothWidths("shows an allowed action until a call has used it", async (reader, width) => {
    const { page, place } = reader;
    const settings = { endpoint: place.aws, region: place.region };
    const root = { ...settings, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
    const iam = new IAMClient(root);
    const RoleName = `auditor-${width}`;
    const document = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
    const trust = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action: "sts:AssumeRole" };
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trust) }));
    const PolicyDocument = document({ Effect: "Allow", Action: ["iam:ListUsers", "iam:ListRoles"], Resource: "*" });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "may", PolicyDocument }));
    await reader.goTo("Access");
    await page.getByLabel("Show").selectOption("unused rights");
    await page.getByLabel("Search").fill(RoleName);
    await reader.rows.filter({ hasText: "iam:ListRoles" }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.rows.filter({ hasText: "iam:ListUsers" }).click();
    const detail = page.getByRole("article");
    const statement = await detail.getByRole("figure").locator("pre").innerText();
    assert.equal(JSON.parse(statement).Action, "iam:ListUsers");
    assert.deepEqual(await reader.violations(), []);
    await detail.getByRole("link", { name: "Close" }).click();
    const { Credentials } = await new STSClient(root).send(
      new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "audit" }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId as string,
      secretAccessKey: Credentials?.SecretAccessKey as string,
      sessionToken: Credentials?.SessionToken as string,
    };
    await new IAMClient({ ...settings, credentials }).send(new ListUsersCommand({}));
    await reader.rows.filter({ hasText: "iam:ListUsers" }).waitFor({ state: "detached" });
    assert.equal(await reader.rows.filter({ hasText: "iam:ListRoles" }).count(), 1);
    await page.getByLabel("Search").fill("iris");
    await reader.rows.nth(5).waitFor();
    await reader.picture(`unused-${width}`);
  });
});
