import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ListJobRunsCommand } from "@aws-sdk/client-emr-serverless";
import { GetScheduleCommand, ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import { jobKey, table } from "../../../handlers/jobs/job.ts";
import { handler as mend } from "../../../handlers/jobs/mend.ts";
import { handler as observe } from "../../../handlers/jobs/observe.ts";
import { handler as runScheduled } from "../../../handlers/jobs/run.ts";
import { during, refused } from "../support/environment.ts";
import { killedAt, type Moment } from "../support/killed.ts";
import { call, ended, requested, type TestJobs } from "./support.ts";

const at = (service: string, operation: string, isDone: boolean): Moment => ({ service, operation, isDone });
const when = ({ operation, isDone }: Moment) => `${isDone ? "after" : "before"} ${operation}`;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** What is left of a function, and of a run, that is killed in the middle: part of `jobs.test.ts`, on its cloud. */
export function kills(started: () => TestJobs): void {
  const id = "killed";
  const kill = (moment: Moment, ...request: Parameters<typeof requested>) =>
    killedAt(started().cloud, moment, "jobs/change.ts", requested(...request));
  const read = () => call("GET", "/jobs/{id}", { id });
  const runs = async () => {
    const { applicationId, emr } = started();
    const { jobRuns = [] } = await emr.send(new ListJobRunsCommand({ applicationId, maxResults: 50 }));
    return jobRuns.filter(({ name }) => name === id);
  };
  const schedule = async () => {
    const { scheduler } = started();
    const { Schedules } = await scheduler.send(new ListSchedulesCommand({ GroupName: "jobs", NamePrefix: id }));
    if (Schedules!.length === 0) return undefined;
    return (await scheduler.send(new GetScheduleCommand({ GroupName: "jobs", Name: id }))).ScheduleExpression;
  };
  const remove = async () => {
    for (const run of await runs()) if (!/SUCCESS|FAILED|CANCELLED/.test(run.state!)) await ended(id, run.id!);
    assert.equal((await call("DELETE", "/jobs/{id}", { id })).statusCode, 204);
  };

  describe("a function that is killed", () => {
    const body = { job_name: "Killed", schedule: "rate(1 day)", run_on_init: true };
    const moments = [
      at("scheduler", "CreateSchedule", false),
      at("scheduler", "CreateSchedule", true),
      at("emr-serverless", "StartJobRun", false),
      at("emr-serverless", "StartJobRun", true),
    ];
    for (const moment of moments) {
      it(`as it makes a job, ${when(moment)}: the next look brings about its schedule and one run`, async () => {
        const before = (await runs()).length;
        await kill(moment, "POST", "/jobs", { body });
        assert.deepEqual(await mend(), { mended: [] }, "whoever makes it may be at it");
        await table.update(jobKey(id), { Unsettled: ago(3) });
        assert.deepEqual(await mend(), { mended: [id] });
        assert.deepEqual(await mend(), { mended: [] });
        assert.deepEqual([await schedule(), (await runs()).length], ["rate(1 day)", before + 1]);
        assert.equal((await ended(id, (await read()).body.LastRunId)).State, "SUCCESS");
        await remove();
      });

      it(`as it makes a job, ${when(moment)}: so does the same request again`, async () => {
        const before = (await runs()).length;
        const headers = { "Idempotency-Key": when(moment).replace(" ", "-") };
        await kill(moment, "POST", "/jobs", { body, headers });
        const again = await call("POST", "/jobs", { body, headers });
        assert.equal(again.statusCode, 200);
        assert.deepEqual([await schedule(), (await runs()).length], ["rate(1 day)", before + 1]);
        assert.equal((await ended(id, again.body.LastRunId)).State, "SUCCESS");
        assert.deepEqual(await mend(), { mended: [] });
        await remove();
      });
    }

    it("as it makes a job whose schedule is refused: nothing is left", async () => {
      await kill(at("scheduler", "CreateSchedule", false), "POST", "/jobs", { body });
      await table.update(jobKey(id), { Timestamp: ago(3), Unsettled: ago(3) });
      const { Timestamp } = (await read()).body;
      await table.update(jobKey(id), { Unsettled: Timestamp });
      const failing = { CreateSchedule: refused("ValidationException", 400) };
      await during(started().cloud, "scheduler", failing, () => mend());
      assert.deepEqual([(await read()).statusCode, await schedule()], [404, undefined]);
    });

    it("as it changes a job: its schedule becomes what its item says", async () => {
      await call("POST", "/jobs", { body: { job_name: id, schedule: "rate(1 day)" } });
      const change = { schedule: "rate(2 days)" };
      await kill(at("scheduler", "UpdateSchedule", false), "PATCH", "/jobs/{id}", { id, body: change });
      assert.deepEqual([(await read()).body.schedule, await schedule()], ["rate(2 days)", "rate(1 day)"]);
      await table.update(jobKey(id), { Unsettled: ago(3) });
      const failing = { UpdateSchedule: refused("InternalServerException", 500) };
      await during(started().cloud, "scheduler", failing, () =>
        assert.rejects(mend(), { message: "jobs are not what their items say: killed" }),
      );
      assert.deepEqual(await mend(), { mended: [id] });
      assert.equal(await schedule(), "rate(2 days)");
      await remove();
    });

    for (const moment of [
      at("scheduler", "DeleteSchedule", false),
      at("scheduler", "DeleteSchedule", true),
      at("emr-serverless", "CancelJobRun", false),
      at("emr-serverless", "CancelJobRun", true),
    ]) {
      it(`as it deletes a job, ${when(moment)}: nobody uses it any more, and the next look goes on with it`, async () => {
        await call("POST", "/jobs", { body: { ...body, script: "wait.py" } });
        const { LastRunId } = (await read()).body;
        await kill(moment, "DELETE", "/jobs/{id}", { id });
        assert.ok((await read()).body.DeleteRequested);
        for (const [method, resource] of [
          ["PATCH", "/jobs/{id}"],
          ["POST", "/jobs/{id}/runs"],
        ] as const) {
          const { statusCode, body: refusal } = await call(method, resource, { id, body: { args: [] } });
          assert.deepEqual([statusCode, refusal.message], [409, "the job is being deleted"]);
        }
        const before = (await runs()).length;
        await runScheduled({ jobId: id, scheduledTime: "2026-11-29T12:00:00Z" });
        assert.equal((await runs()).length, before);
        await table.update(jobKey(id), { DeleteRequested: ago(3) });
        assert.deepEqual(await mend(), { mended: [id] });
        assert.deepEqual([(await read()).statusCode, await schedule()], [404, undefined]);
        while ((await runs()).find((run) => run.id === LastRunId)?.state !== "CANCELLED") await sleep(50);
      });
    }

    it("as a schedule starts a run: it reaches the history, and is one run however often it is asked for", async () => {
      await call("POST", "/jobs", { body: { job_name: "nightly", schedule: "rate(1 day)" } });
      const event = { jobId: "nightly", scheduledTime: "2026-11-29T13:00:00Z" };
      await killedAt(started().cloud, at("emr-serverless", "StartJobRun", true), "jobs/run.ts", event);
      await observe({ reconcile: true });
      await runScheduled(event);
      const { items } = (await call("GET", "/jobs/{id}/runs", { id: "nightly" })).body;
      assert.deepEqual(
        items.map(({ Trigger }: { Trigger: string }) => Trigger),
        ["schedule"],
      );
      await ended("nightly", items[0].RunId);
      assert.equal((await call("DELETE", "/jobs/{id}", { id: "nightly" })).statusCode, 204);
    });
  });

  it("a run that is killed has failed, and its item says so", async () => {
    await call("POST", "/jobs", { body: { job_name: id, run_on_init: true, script: "wait.py" } });
    const run = (await read()).body.LastRunId;
    let pid: number | undefined;
    while (!pid) {
      const { lines } = (await call("GET", "/jobs/{id}/runs/{run}/logs", { id, run })).body;
      pid = Number(/^waiting (\d+)$/.exec(lines[0]?.message ?? "")?.[1] ?? 0);
    }
    process.kill(pid, "SIGKILL");
    const { State, StateDetails } = await ended(id, run);
    assert.equal(State, "FAILED");
    assert.match(StateDetails, /ExitCode: 137/);
    assert.equal((await read()).body.LastRunState, "FAILED");
    await remove();
  });
}
