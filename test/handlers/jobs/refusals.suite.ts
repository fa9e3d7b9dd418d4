import assert from "node:assert/strict";
import fc from "fast-check";
import { assertPolite, hostileBody } from "../support/hostile.ts";
import { call } from "./support.ts";

const create = (body: unknown) => call("POST", "/jobs", { body });
const start = (id: string, body?: unknown) => call("POST", "/jobs/{id}/runs", { id, body });

/** What is refused, and in which words: part of `jobs.test.ts`, on its cloud, where there is the job `hello`. */
export function refusals(): void {
  const wrong: [what: string, body: unknown, message: RegExp, field?: string][] = [
    ["no name", { run_on_init: true }, /^job_name: is not given; allowed is 1 to 40 letters/, "job_name"],
    [
      "neither a run nor a schedule",
      { job_name: "a" },
      /^schedule: is not given; allowed is one, or run_on_init true/,
      "schedule",
    ],
    ["an empty schedule", { job_name: "a", schedule: "" }, /^schedule: is ""; allowed is rate\(1 day\)/, "schedule"],
    [
      "a schedule that is none",
      { job_name: "a", schedule: "cron(0 25 * * ? *)" },
      /^schedule: is "cron\(0 25 .*; allowed is cron\(\.\.\.\) whose hours is of 0 to 23/,
      "schedule",
    ],
    [
      "a moment that is over",
      { job_name: "a", schedule: "at(2020-01-01T00:00:00)" },
      /^schedule: .*yet to come$/,
      "schedule",
    ],
    [
      "no time zone",
      { job_name: "a", schedule: "rate(1 day)", timezone: "Berlin" },
      /^timezone: is "Berlin"; allowed is a time zone such as Europe\/Berlin$/,
      "timezone",
    ],
    [
      "another script",
      { job_name: "a", run_on_init: true, script: "../x.py" },
      /^script: is "..\/x.py"; allowed is one of hello.py, wait.py, fail.py$/,
      "script",
    ],
    [
      "arguments that are no texts",
      { job_name: "a", run_on_init: true, args: [1] },
      /^args: is \[1\]; allowed is at most 50 texts/,
      "args",
    ],
    ["an empty argument", { job_name: "a", run_on_init: true, args: [" "] }, /^args: is \[" "\]; allowed/, "args"],
    [
      "no time",
      { job_name: "a", run_on_init: true, timeout_minutes: 4 },
      /^timeout_minutes: is 4; allowed is a whole number from 5 to 1440$/,
      "timeout_minutes",
    ],
    [
      "many retries",
      { job_name: "a", run_on_init: true, retries: 10 },
      /^retries: is 10; allowed is a whole number from 0 to 9$/,
      "retries",
    ],
    [
      "text for a flag",
      { job_name: "a", run_on_init: "yes" },
      /^run_on_init: is "yes"; allowed is true or false$/,
      "run_on_init",
    ],
    [
      "a mistyped field",
      { job_name: "a", run_on_start: true },
      /^run_on_start: is no field; allowed is job_name,/,
      "run_on_start",
    ],
  ];
  for (const [what, body, message, field] of wrong) {
    it(`POST: 400 to ${what}`, async () => {
      const answered = await create(body);
      assert.equal(answered.statusCode, 400, JSON.stringify(answered.body));
      assert.match(answered.body.message, message);
      assert.equal(answered.body.field, field);
    });
  }

  it("POST: whatever is sent is answered politely", () =>
    fc.assert(
      fc.asyncProperty(hostileBody(["schedule", "args", "script"]), async (body) => {
        assertPolite(await create(body), body);
        assertPolite(await start("hello", body || "{"), body);
      }),
      { numRuns: 60 },
    ));

  it("404 to what is no job and no run", async () => {
    for (const id of ["nobody", "request#1", "x".repeat(5_000), ""]) {
      for (const [method, resource] of [
        ["GET", "/jobs/{id}"],
        ["PATCH", "/jobs/{id}"],
        ["DELETE", "/jobs/{id}"],
        ["GET", "/jobs/{id}/runs"],
        ["POST", "/jobs/{id}/runs"],
        ["GET", "/jobs/{id}/runs/{run}"],
        ["DELETE", "/jobs/{id}/runs/{run}"],
        ["GET", "/jobs/{id}/runs/{run}/logs"],
      ] as const) {
        const { statusCode, body } = await call(method, resource, { id, run: "00f1", body: { retries: 1 } });
        assert.deepEqual([statusCode, body.field], [404, "id"], `${method} ${resource} ${id}`);
        if (!resource.includes("{run}")) continue;
        const unknown = await call(method, resource, { id: "hello", run: id, body: undefined });
        assert.deepEqual([unknown.statusCode, unknown.body.field], [404, "run"], `${method} ${resource} ${id}`);
      }
    }
  });
}
