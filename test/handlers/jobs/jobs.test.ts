import assert from "node:assert/strict";
import { GetJobRunCommand, ListJobRunsCommand } from "@aws-sdk/client-emr-serverless";
import { GetScheduleCommand, ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import "../support/proxyEvent.ts";
import { duesOf } from "local-aws/testing";
import { runKey, table } from "../../../handlers/jobs/job.ts";
import { handler as observe } from "../../../handlers/jobs/observe.ts";
import { handler as runScheduled } from "../../../handlers/jobs/run.ts";
import { handler as sweep } from "../../../handlers/jobs/sweep.ts";
import { during, refused } from "../support/environment.ts";
import { kills } from "./killed.suite.ts";
import { refusals } from "./refusals.suite.ts";
import { call, ended, hear, startJobs, type TestJobs } from "./support.ts";

describe("jobs", function () {
  this.timeout(120_000);
  let test: TestJobs;
  before(async () => {
    test = await startJobs();
  });
  after(() => test.stop());

  const create = (body: unknown, headers?: Record<string, string>) =>
    call("POST", "/jobs", { body, ...(headers && { headers }) });
  const start = (id: string, body?: unknown, headers?: Record<string, string>) =>
    call("POST", "/jobs/{id}/runs", { id, body, ...(headers && { headers }) });
  const schedules = async () =>
    (await test.scheduler.send(new ListSchedulesCommand({ GroupName: "jobs" }))).Schedules!.map(({ Name }) => Name);
  const runCount = async () =>
    (await test.emr.send(new ListJobRunsCommand({ applicationId: test.applicationId, maxResults: 50 }))).jobRuns!
      .length;
  const left = async () => ({
    schedules: await schedules(),
    items: (await call("GET", "/jobs", { query: { limit: "100" } })).body.items.map(
      (one: { JobId: string }) => one.JobId,
    ),
  });
  const remove = async (id: string) => assert.equal((await call("DELETE", "/jobs/{id}", { id })).statusCode, 204);

  it("POST: runs now; its log's end reaches run and job", async () => {
    const { statusCode, body, headers } = await create({ job_name: "Hello", run_on_init: true, args: ["to", "you"] });
    assert.equal(statusCode, 201);
    assert.match(String(headers.etag), /^"[0-9a-f]{12}"$/);
    const { Timestamp, LastRunId, LastRunAt, ...item } = body;
    assert.ok(Date.parse(Timestamp) <= Date.parse(LastRunAt));
    assert.deepEqual(item, {
      JobId: "hello",
      job_name: "Hello",
      run_on_init: true,
      timezone: "UTC",
      script: "hello.py",
      args: ["to", "you"],
      timeout_minutes: 60,
      retries: 0,
      LastRunState: "SUBMITTED",
    });
    const run = await ended("hello", LastRunId);
    assert.equal(run.State, "SUCCESS", run.StateDetails);
    assert.equal(run.Trigger, "init");
    assert.match(run.LastLog, /--greeting hello to you\n/);
    assert.match(run.LastLog, /to whom it concerns\n/);
    const job = (await call("GET", "/jobs/{id}", { id: "hello" })).body;
    assert.deepEqual([job.LastRunState, job.LastLog], ["SUCCESS", run.LastLog]);
    assert.deepEqual(await schedules(), []);
  });

  it("POST runs: one more, with arguments of its own; the history has both, newest first", async () => {
    const { statusCode, body } = await start("hello", { args: ["again"] });
    assert.equal(statusCode, 201);
    assert.deepEqual([body.State, body.Trigger, body.args], ["SUBMITTED", "request", ["again"]]);
    const run = await ended("hello", body.RunId);
    assert.match(run.LastLog, /--greeting hello again\n/);
    const { items } = (await call("GET", "/jobs/{id}/runs", { id: "hello" })).body;
    assert.deepEqual(
      items.map(({ Trigger }: { Trigger: string }) => Trigger),
      ["request", "init"],
    );
    assert.ok(items.every((one: object) => !("LogPrefix" in one) && !("Entry" in one)));
    assert.equal((await call("GET", "/jobs/{id}", { id: "hello" })).body.LastRunId, body.RunId);
  });

  it("POST runs: the same request again, by its key, is the same run; another one is refused", async () => {
    const before = await runCount();
    const key = { "Idempotency-Key": "5e1f" };
    const [one, other] = [await start("hello", undefined, key), await start("hello", undefined, key)];
    assert.equal(one.body.RunId, other.body.RunId);
    assert.equal(await runCount(), before + 1);
    const changed = await start("hello", { args: ["else"] }, key);
    assert.deepEqual([changed.statusCode, changed.body.field], [422, "Idempotency-Key"]);
    await ended("hello", one.body.RunId);
  });

  it("GET logs: every line once, as they come, and whether there may be more", async () => {
    const { items } = (await call("GET", "/jobs/{id}/runs", { id: "hello" })).body;
    const read = (query: Record<string, string> = {}) =>
      call("GET", "/jobs/{id}/runs/{run}/logs", { id: "hello", run: items[0].RunId, query });
    const { statusCode, body } = await read();
    assert.equal(statusCode, 200);
    assert.deepEqual(
      body.lines.map(({ stream, message }: Record<string, string>) => `${stream} ${message}`).toSorted(),
      ["stderr to whom it concerns", "stdout --greeting hello to you"],
    );
    assert.deepEqual([body.state, body.done], ["SUCCESS", true]);
    assert.deepEqual((await read({ token: body.token })).body.lines, []);
    for (const token of ["", "x", Buffer.from('{"from":-1}').toString("base64url")])
      assert.equal((await read({ token })).statusCode, 400, token);
  });

  it("DELETE run: ends it; one that has ended is 409", async () => {
    await create({ job_name: "long", run_on_init: true, script: "wait.py" });
    const { LastRunId: run } = (await call("GET", "/jobs/{id}", { id: "long" })).body;
    const cancelled = await call("DELETE", "/jobs/{id}/runs/{run}", { id: "long", run });
    assert.equal(cancelled.statusCode, 202);
    assert.equal((await ended("long", run)).State, "CANCELLED");
    const again = await call("DELETE", "/jobs/{id}/runs/{run}", { id: "long", run });
    assert.equal(again.statusCode, 409);
    assert.equal(again.body.message, "the run is CANCELLED; it can be cancelled before it has ended");
    await remove("long");
  });

  it("a run that fails says why, by its details and its log", async () => {
    await create({ job_name: "broken", run_on_init: true, script: "fail.py" });
    const { LastRunId } = (await call("GET", "/jobs/{id}", { id: "broken" })).body;
    const run = await ended("broken", LastRunId);
    assert.equal(run.State, "FAILED");
    assert.match(run.StateDetails, /it went wrong/);
    assert.match(run.LastLog, /it went wrong\n/);
    await remove("broken");
  });

  it("POST with a schedule: one of EventBridge Scheduler's, in its time zone; PATCH changes it, and takes it away", async () => {
    const schedule = "cron(30 2 * * ? *)";
    const { statusCode, body } = await create({ job_name: "nightly", schedule, timezone: "Europe/Berlin" });
    assert.equal(statusCode, 201);
    assert.equal(body.LastRunId, undefined);
    const scheduled = () => test.scheduler.send(new GetScheduleCommand({ GroupName: "jobs", Name: "nightly" }));
    const made = await scheduled();
    assert.deepEqual([made.ScheduleExpression, made.ScheduleExpressionTimezone], [schedule, "Europe/Berlin"]);
    assert.deepEqual(JSON.parse(made.Target!.Input!), {
      jobId: "nightly",
      scheduledTime: "<aws.scheduler.scheduled-time>",
    });
    const patch = (change: object, headers?: Record<string, string>) =>
      call("PATCH", "/jobs/{id}", { id: "nightly", body: change, ...(headers && { headers }) });
    assert.equal((await patch({ timezone: "America/New_York" })).statusCode, 200);
    assert.equal((await scheduled()).ScheduleExpressionTimezone, "America/New_York");
    assert.equal((await patch({ args: ["x"], script: "wait.py" })).body.script, "wait.py");
    const seen = String((await call("GET", "/jobs/{id}", { id: "nightly" })).headers.etag);
    assert.equal((await patch({ retries: 2 }, { "If-Match": seen })).statusCode, 200);
    assert.equal((await patch({ retries: 3 }, { "If-Match": seen })).statusCode, 412);
    assert.equal(
      (await call("DELETE", "/jobs/{id}", { id: "nightly", headers: { "If-Match": seen } })).statusCode,
      412,
    );
    const ended = await patch({ schedule: null });
    assert.deepEqual([ended.statusCode, ended.body.schedule], [200, undefined]);
    assert.deepEqual(await schedules(), []);
    await remove("nightly");
  });

  it("a schedule's event, twice, is one run for each moment; of a job that is gone it is none", async () => {
    await create({ job_name: "hourly", schedule: "rate(1 hour)" });
    const before = await runCount();
    const event = { jobId: "hourly", scheduledTime: "2026-11-29T10:00:00Z" };
    await runScheduled(event);
    await runScheduled(event);
    assert.equal(await runCount(), before + 1);
    await runScheduled({ ...event, scheduledTime: "2026-11-29T11:00:00Z" });
    assert.equal(await runCount(), before + 2);
    await runScheduled({ ...event, jobId: "gone" });
    assert.equal(await runCount(), before + 2);
    const { items } = (await call("GET", "/jobs/{id}/runs", { id: "hourly" })).body;
    for (const { RunId } of items) await ended("hourly", RunId);
    await remove("hourly");
    assert.deepEqual(await schedules(), []);
  });

  it("a schedule across changes of clocks: one run for each moment, none where clocks leap over it", async () => {
    const body = { job_name: "clocks", schedule: "cron(30 2 * * ? *)", timezone: "Europe/Berlin" };
    assert.equal((await create(body)).statusCode, 201);
    const { ScheduleExpression = "", ScheduleExpressionTimezone = "" } = await test.scheduler.send(
      new GetScheduleCommand({ GroupName: "jobs", Name: "clocks" }),
    );
    const moments = ["2026-10-24T12:00:00Z", "2027-03-27T00:00:00Z"].flatMap((from) =>
      duesOf(ScheduleExpression, ScheduleExpressionTimezone, from, 2),
    );
    assert.deepEqual(moments, [
      // 2:30 comes twice on this day, and the schedule once.
      ...["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
      // There is no 2:30 on the 28th.
      ...["2027-03-27T01:30:00Z", "2027-03-29T00:30:00Z"],
    ]);
    const before = await runCount();
    // Events come twice. An hour later, when clocks show the same again, is another moment.
    for (const scheduledTime of [...moments, ...moments, "2026-10-25T01:30:00Z"]) {
      await runScheduled({ jobId: "clocks", scheduledTime });
    }
    assert.equal(await runCount(), before + moments.length + 1);
    await remove("clocks");
  });

  it("events: twice, out of order, of another application's or of no run change nothing that is not so", async () => {
    const { items } = (await call("GET", "/jobs/{id}/runs", { id: "hello" })).body;
    const [{ RunId: run }] = items;
    const before = await call("GET", "/jobs/{id}/runs/{run}", { id: "hello", run });
    for (let times = 0; times < 3; times++) await hear(run);
    assert.deepEqual(await call("GET", "/jobs/{id}/runs/{run}", { id: "hello", run }), before);
    await hear("00unknown");
    await hear(run, "00another");
    await observe({ detail: {} });
  });

  it("an older run's end does not hide a newer one's", async () => {
    const older = (await start("hello")).body.RunId;
    const newer = (await start("hello")).body.RunId;
    await ended("hello", newer);
    await ended("hello", older);
    const { items } = (await call("GET", "/jobs/{id}/runs", { id: "hello" })).body;
    assert.equal((await call("GET", "/jobs/{id}", { id: "hello" })).body.LastRunId, items[0].RunId);
  });

  it("mends what lost events, and a start that was interrupted, have left", async () => {
    const { jobRunId } = await test.emr.send(await startCommand("hello", new Date().toISOString()));
    for (;;) {
      const { jobRun } = await test.emr.send(new GetJobRunCommand({ applicationId: test.applicationId, jobRunId }));
      if (jobRun!.state === "SUCCESS") break;
    }
    assert.equal((await call("GET", "/jobs/{id}/runs/{run}", { id: "hello", run: jobRunId! })).statusCode, 404);
    const states: unknown[] = [];
    const { run } = test.cloud.services.get("logs")!.operations.FilterLogEvents!;
    const FilterLogEvents: typeof run = async (...asked) => {
      states.push((await table.read(runKey("hello", jobRunId!)))?.State);
      return run(...asked);
    };
    await during(test.cloud, "logs", { FilterLogEvents }, () => observe({ reconcile: true }));
    // Nobody sees its end before its log is with it.
    assert.deepEqual(states, ["SUBMITTED"]);
    const { body } = await call("GET", "/jobs/{id}/runs/{run}", { id: "hello", run: jobRunId! });
    assert.deepEqual([body.State, body.Trigger], ["SUCCESS", "request"]);
  });

  async function startCommand(job: string, token: string) {
    const { StartJobRunCommand } = await import("@aws-sdk/client-emr-serverless");
    return new StartJobRunCommand({
      applicationId: test.applicationId,
      clientToken: token.replace(/\W/g, ""),
      name: job,
      executionRoleArn: process.env.JOB_ROLE_ARN,
      jobDriver: { sparkSubmit: { entryPoint: "s3://scripts/jobs/hello.py" } },
      tags: { job, token, trigger: "request" },
    });
  }

  it("POST: one that fails half-way leaves nothing, and works the next time", async () => {
    const before = await left();
    const body = { job_name: "half", schedule: "rate(1 day)", run_on_init: true };
    for (const [service, operation, code, expected] of [
      ["scheduler", "CreateSchedule", "InternalServerException", 502],
      ["emr-serverless", "StartJobRun", "InternalServerException", 502],
      ["emr-serverless", "StartJobRun", "ServiceQuotaExceededException", 429],
    ] as const) {
      const failing = { [operation]: refused(code, expected === 502 ? 500 : 402) };
      const { statusCode } = await during(test.cloud, service, failing, () =>
        create(body, { "Idempotency-Key": "half" }),
      );
      assert.equal(statusCode, expected);
      assert.deepEqual(await left(), before);
    }
    const made = await create(body, { "Idempotency-Key": "half" });
    assert.equal(made.statusCode, 201);
    assert.equal((await create(body, { "Idempotency-Key": "half" })).statusCode, 200);
    await ended("half", made.body.LastRunId);
    await remove("half");
  });

  it("PATCH: a schedule that Scheduler refuses changes nothing", async () => {
    await create({ job_name: "kept", schedule: "rate(1 day)" });
    const before = (await call("GET", "/jobs/{id}", { id: "kept" })).body;
    const failing = { CreateSchedule: refused("ValidationException", 400) };
    const { statusCode, body } = await during(test.cloud, "scheduler", failing, () =>
      call("PATCH", "/jobs/{id}", { id: "kept", body: { schedule: "rate(2 days)" } }),
    );
    assert.deepEqual([statusCode, body.field], [400, "schedule"]);
    assert.deepEqual((await call("GET", "/jobs/{id}", { id: "kept" })).body, before);
    await remove("kept");
  });

  it("POST: two at once under one name are one job", async () => {
    const body = { job_name: "twin", schedule: "rate(1 day)" };
    const both = await Promise.all([create(body), create(body)]);
    assert.deepEqual(both.map(({ statusCode }) => statusCode).toSorted(), [201, 409]);
    await remove("twin");
  });

  refusals();

  kills(() => test);

  it("sweep: ends every run and stops the application", async () => {
    await create({ job_name: "endless", run_on_init: true, script: "wait.py" });
    const { LastRunId } = (await call("GET", "/jobs/{id}", { id: "endless" })).body;
    const context = { getRemainingTimeInMillis: () => 60_000 };
    assert.deepEqual(await sweep({ tf: { action: "create" } }, context), { cancelled: [] });
    const { cancelled } = await sweep({ tf: { action: "delete" } }, context);
    assert.ok(cancelled.includes(LastRunId));
    assert.equal((await ended("endless", LastRunId)).State, "CANCELLED");
  });
});
