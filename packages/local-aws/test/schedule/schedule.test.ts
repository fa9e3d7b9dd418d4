import assert from "node:assert/strict";
import { parseSchedule } from "../../src/schedule/schedule.ts";
import { duesOf } from "../../testing/schedule.ts";

const after = Date.parse("2026-11-21T10:20:30Z"); // a Saturday

describe("schedule expressions", () => {
  const next: [expression: string, timezone: string, due: string | undefined][] = [
    ["cron(0 12 * * ? *)", "UTC", "2026-11-21T12:00:00.000Z"],
    ["cron(15 10 ? * 6L 2027)", "UTC", "2027-01-29T10:15:00.000Z"],
    ["cron(0 8 1 * ? *)", "UTC", "2026-12-01T08:00:00.000Z"],
    ["cron(0/5 8-17 ? * MON-FRI *)", "UTC", "2026-11-23T08:00:00.000Z"],
    ["cron(0 0 ? * 1 *)", "UTC", "2026-11-22T00:00:00.000Z"],
    ["cron(0 9 ? * 2#2 *)", "UTC", "2026-12-14T09:00:00.000Z"],
    ["cron(0 9 L * ? *)", "UTC", "2026-11-30T09:00:00.000Z"],
    ["cron(0 12 * * ? *)", "Europe/Berlin", "2026-11-21T11:00:00.000Z"],
    ["cron(0 12 * * ? 2020)", "UTC", undefined],
    ["at(2026-11-21T12:00:00)", "UTC", "2026-11-21T12:00:00.000Z"],
    ["at(2026-11-21T12:00:00)", "America/New_York", "2026-11-21T17:00:00.000Z"],
    ["at(2020-01-01T00:00:00)", "UTC", undefined],
  ];
  for (const [expression, timezone, due] of next) {
    it(`${expression} in ${timezone} is next due ${due ?? "never"}`, () => {
      const found = parseSchedule(expression, { timezone }).next(after);
      assert.equal(found === undefined ? undefined : new Date(found).toISOString(), due);
    });
  }

  const dues = (...args: Parameters<typeof duesOf>) => duesOf(...args).map((due) => due.slice(0, 16));

  it("keep to local time when clocks change", () => {
    assert.deepEqual(dues("cron(0 9 * * ? *)", "Europe/Berlin", "2026-03-28T00:00:00Z", 3), [
      "2026-03-28T08:00",
      "2026-03-29T07:00",
      "2026-03-30T07:00",
    ]);
    assert.deepEqual(dues("cron(0 9 * * ? *)", "America/New_York", "2026-10-31T00:00:00Z", 3), [
      "2026-10-31T13:00",
      "2026-11-01T14:00",
      "2026-11-02T14:00",
    ]);
  });

  it("leave out a time that clocks leap over", () => {
    assert.deepEqual(dues("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T00:00:00Z", 3), [
      "2026-03-28T01:30",
      "2026-03-30T00:30",
      "2026-03-31T00:30",
    ]);
    assert.deepEqual(dues("cron(30 2 29 3 ? 2026)", "Europe/Berlin", "2026-01-01T00:00:00Z", 1), []);
    assert.deepEqual(dues("cron(0/30 * * * ? *)", "Europe/Berlin", "2026-03-29T00:10:00Z", 3), [
      "2026-03-29T00:30",
      "2026-03-29T01:00",
      "2026-03-29T01:30",
    ]);
  });

  it("are due once at a time that clocks show twice", () => {
    assert.deepEqual(dues("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", 2), [
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
  });

  it("rates go evenly from their start", () => {
    const start = after - 90_000;
    const { next: due } = parseSchedule("rate(1 minute)", { start });
    assert.equal(due(after), start + 120_000);
    assert.equal(due(start + 120_000), start + 180_000);
    assert.equal(parseSchedule("rate(5 minutes)", { start: after + 1 }).next(after), after + 1);
  });

  const wrong = [
    "5 minutes",
    "rate(0 minutes)",
    "rate(1 minutes)",
    "rate(5 minute)",
    "rate(5 seconds)",
    "cron(* * * * *)",
    "cron(0 12 * * * *)",
    "cron(0 12 ? * ? *)",
    "cron(61 12 * * ? *)",
    "at(tomorrow)",
  ];
  for (const expression of wrong) {
    it(`${expression} is none`, () => assert.throws(() => parseSchedule(expression), Error));
  }
  it("time zones that do not exist are refused", () => {
    assert.throws(() => parseSchedule("cron(0 12 * * ? *)", { timezone: "Mars/Base" }));
  });
});
