import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { type RunningProgram, startProgram } from "pulumi-local/testing";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";

/** Six hours of CloudWatch in two seconds. */
const deploymentClock = 10_000;

/** The alarm of a promise, which rings by alarms of windows, on the local CloudWatch. */
describe("a promise of an API", function () {
  this.timeout(120_000);
  let program: RunningProgram;
  let url: string;

  before(async () => {
    program = await startProgram(join(import.meta.dirname, "fixtures/objectives"), {
      prepare: prepareAccount,
      deploymentClock,
    });
    url = (await program.up()).url!;
    const [asking] = await mails(/Confirmation/);
    assert.equal((await fetch(asking!.links[0]!)).status, 200);
  });
  after(() => program?.stop());

  interface Mail {
    to: string;
    subject: string;
    body: string;
    links: string[];
  }

  async function mails(subject: RegExp): Promise<Mail[]> {
    const answer = await fetch(`${program.test.origin}/_aws/mail`);
    return ((await answer.json()) as { mails: Mail[] }).mails.filter((one) => subject.test(one.subject));
  }

  const state = async () => {
    const cloudwatch = program.test.client(CloudWatch);
    const { CompositeAlarms = [] } = await cloudwatch.describeAlarms({ AlarmTypes: ["CompositeAlarm"] });
    return CompositeAlarms.map(({ StateValue }) => StateValue).join();
  };

  async function until(wanted: string, meanwhile: () => Promise<void>): Promise<void> {
    for (let tries = 0; (await state()) !== wanted; tries++) {
      assert.ok(tries < 60, `the promise is ${await state()}, and not ${wanted}`);
      await meanwhile();
      await sleep(500);
    }
  }

  it("rings while it is broken, by mail, and says so when it is kept again", async () => {
    const ask = async (mood: string, expected: number) => {
      const statuses = await Promise.all([1, 2, 3, 4].map(async () => (await fetch(`${url}/?mood=${mood}`)).status));
      assert.deepEqual([...new Set(statuses)], [expected]);
    };
    await ask("good", 200);
    await until("OK", async () => {});
    await until("ALARM", () => ask("bad", 502));
    await until("OK", async () => {});
    const told = await mails(/"objectives-local-moods-availability"/);
    const changes = told.map(({ to, subject }) => [to, subject.split(":")[0]]);
    assert.deepEqual(changes.slice(-2), [
      ["operators@example.org", "ALARM"],
      ["operators@example.org", "OK"],
    ]);
    const ringing = told.at(-2)!.body;
    assert.match(ringing, /moods answers 5xx, so that the month's promise will be broken; docs\/runbook\.md/);
    // The windows tell nobody.
    assert.deepEqual(await mails(/moods-availability-\d/), []);
  });
});
