import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { copyProgram, root, Started } from "./support/started.ts";

interface Kept {
  id: string;
  inputs: Record<string, unknown>;
}

/** What holds data, or what data cannot be read without. */
const keeping = ["Table", "Bucket", "Queue", "Topic", "Key", "LogGroup", "Repository", "UserPool", "Secret"];

/** By type and name in the program. */
function keptIn(state: string): Map<string, Kept> {
  // Version 0.1 told states by the stack alone.
  const [file] = globSync("state/{data-science-platform/,}local.sqlite", { cwd: state });
  const database = new DatabaseSync(join(state, file!), { readOnly: true });
  const rows = database
    .prepare("SELECT value FROM resources")
    .all()
    .map(({ value }) => JSON.parse(String(value)));
  database.close();
  const short = (type: string) => type.split(":").at(-1) as string;
  return new Map(
    rows
      .filter(({ type, custom = true }) => custom && keeping.includes(short(type)))
      .map(({ urn, type, id, inputs }) => [`${short(type)} ${urn.split("::").at(-1)}`, { id, inputs }]),
  );
}

const described = (value: unknown) => JSON.stringify(value)?.replaceAll(/127\.0\.0\.1:\d+/g, "HOST");

describe("a stack of version 0.1", function () {
  this.timeout(300_000);
  let folder: string;
  let recorded: Map<string, Kept>;
  let upgraded: Map<string, Kept>;
  let started: Started;
  let dynamodb: DynamoDB;

  before(async () => {
    folder = copyProgram();
    const state = join(folder, ".local");
    mkdirSync(state);
    execFileSync("tar", ["xzf", join(root, "test/fixtures/v0.1/state.tar.gz"), "-C", state]);
    recorded = keptIn(state);
    started = new Started(folder, ["--watch", "off"]);
    const printed = await started.until(/^ready in/m);
    upgraded = keptIn(state);
    const [, endpoint] = /AWS_ENDPOINT_URL=(\S+)/.exec(printed) ?? [];
    dynamodb = new DynamoDB({
      endpoint: endpoint!,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
  });
  after(async () => {
    await started?.end("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  it("keeps each thing that keeps data: none is replaced, none is deleted", () => {
    const ids = (all: Map<string, Kept>) => [...recorded.keys()].map((name) => [name, described(all.get(name)?.id)]);
    assert.equal(recorded.size, 51);
    assert.deepEqual(ids(upgraded), ids(recorded));
  });

  it("changes nothing of them but what both versions change in place: the way back keeps them, too", () => {
    const changed = new Set<string>();
    for (const [name, { inputs }] of recorded) {
      const now = upgraded.get(name)!.inputs;
      for (const property of new Set([...Object.keys(inputs), ...Object.keys(now)])) {
        if (described(inputs[property]) !== described(now[property])) changed.add(`${name.split(" ")[0]} ${property}`);
      }
    }
    // Tags of the cost centre came later.
    assert.deepEqual(new Set([...changed].map((one) => one.split(" ")[1])), new Set(["tagsAll"]));
  });

  it("keeps the data, which the new version reads", async () => {
    const rows = async (name: string) => {
      const TableName = upgraded.get(`Table ${name}`)!.id;
      return ((await dynamodb.scan({ TableName })).Items ?? []).map((item) => unmarshall(item));
    };
    const irises = await rows("iris-records");
    assert.deepEqual(
      irises.map(({ pred_target }) => pred_target),
      ["setosa", "setosa", "setosa"],
    );
    const [, url] = /irisUrl +(\S+)/.exec(started.printed) ?? [];
    const { items } = (await (await fetch(url!)).json()) as { items: { id: string; status: string }[] };
    assert.deepEqual(items.map(({ id }) => id).sort(), irises.map(({ id }) => id).sort());
    assert.ok(items.every(({ status }) => status === "predicted"));
    const actions = (await rows("archiver-ArchiveTable")).map(({ Action }) => Action).sort();
    // The question that waited for an answer has run out of time since: it has its record, too.
    assert.deepEqual(actions, ["Quality_Fail", "Quality_Fail", "Timed_Out", "Unarchivable"]);
  });
});
