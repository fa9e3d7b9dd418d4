import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate } from "./components/support/evaluate.ts";
import type { Recording } from "./components/support/record.ts";

/** Each makes alarms that the others do not. */
const settings: Record<string, string>[] = [
  { "platform:archiverApprovers": '["anna@example.org"]', "platform:recommenderRetrainSchedule": "rate(7 days)" },
  { "platform:irisCompute": "fargate", "platform:availabilityObjective": "99.9", "platform:latencyObjective": "500" },
];
const topic = "arn:aws:sns:eu-west-1:123456789012:operators";

/** Rows of the tables: names of alarms, and what is said of them. */
const rows = readFileSync(join(__dirname, "../docs/runbook.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").slice(1, -1))
  .map(([names = "", ...said]) => ({ names: [...names.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!), said }));
const alarmsOf = ({ all }: Recording) => all.filter(({ type }) => /^aws:cloudwatch\/\w*[aA]larm:/.test(type));

describe("the runbook", function () {
  this.timeout(180_000);
  const recordings: Recording[] = [];
  before(async () => {
    for (const config of settings)
      recordings.push((await evaluate({ ...config, "platform:alarmTopicArns": JSON.stringify([topic]) })).made);
  });

  it("has each alarm of the program once, and no other", () => {
    const alarms = new Set(recordings.flatMap(alarmsOf).map(({ name }) => name));
    assert.deepEqual(rows.flatMap(({ names }) => names).toSorted(), [...alarms].toSorted());
  });

  it("says of each what it means, where to look first, and the ways out", () => {
    for (const { names, said } of rows) {
      assert.equal(said.length, 3, names.join());
      for (const cell of said) assert.ok(cell.trim().length > 3, names.join());
    }
  });

  it("is what alarms lead to that tell somebody", () => {
    const telling = recordings.flatMap(alarmsOf).filter(({ inputs }) => inputs.alarmActions?.includes(topic));
    assert.ok(telling.length > 40, `${telling.length}`);
    for (const { name, inputs } of telling) assert.match(inputs.alarmDescription, /; docs\/runbook\.md$/, name);
  });
});
