import assert from "node:assert/strict";
import fc from "fast-check";
import { isTimeZone, scheduleFlaw } from "../../../handlers/lib/schedule.ts";

const now = Date.parse("2026-11-29T12:00:00Z");

describe("schedules of EventBridge Scheduler", () => {
  for (const expression of [
    "rate(1 minute)",
    "rate(5 minutes)",
    "rate(36 hours)",
    "rate(1 days)",
    "cron(0 6 * * ? *)",
    "cron(15 10 ? * MON-FRI *)",
    "cron(0/15 8-17 ? * 2,4,6 2026-2030)",
    "cron(0 0 L * ? *)",
    "cron(0 0 15W JAN,JUL ? *)",
    "cron(0 18 ? * 6L *)",
    "cron(0 18 ? * FRI#2 *)",
    "at(2030-01-31T06:00:00)",
  ]) {
    it(`takes ${expression}`, () => assert.equal(scheduleFlaw(expression, now), undefined));
  }

  const refused: [expression: string, allowed: RegExp][] = [
    ["", /^rate\(1 day\), cron\(0 6 \* \* \? \*\) or at\(/],
    ["daily", /^rate\(1 day\)/],
    ["rate(0 days)", /^rate\(VALUE UNIT\)/],
    ["rate(-1 days)", /^rate\(VALUE UNIT\)/],
    ["rate(1 week)", /^rate\(VALUE UNIT\)/],
    ["cron(0 6 * * ?)", /six fields/],
    ["cron(60 6 * * ? *)", /minutes is of 0 to 59/],
    ["cron(0 24 * * ? *)", /hours is of 0 to 23/],
    ["cron(0 6 32 * ? *)", /day of month is of 1 to 31/],
    ["cron(0 6 ? FOO MON *)", /month is of 1 to 12/],
    ["cron(0 6 ? * 8 *)", /day of week is of 1 to 7/],
    ["cron(0 6 * * ? 1969)", /year is of 1970 to 2199/],
    ["cron(0/0 6 * * ? *)", /minutes is of/],
    ["cron(0 6 * * * *)", /\? in exactly one/],
    ["cron(0 6 ? * ? *)", /\? in exactly one/],
    ["at(2026-02-30T00:00:00)", /a moment of the calendar/],
    ["at(tomorrow)", /a moment of the calendar/],
    ["at(2026-11-01T00:00:00)", /yet to come/],
  ];
  for (const [expression, allowed] of refused) {
    it(`refuses "${expression}"`, () => assert.match(scheduleFlaw(expression, now) ?? "nothing", allowed));
  }

  it("says something about whatever it is given", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => typeof scheduleFlaw(`cron(${text})`, now) === "string"),
    ));

  it("knows time zones by their names", () => {
    for (const zone of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
      assert.equal(isTimeZone(zone), true, zone);
    for (const zone of ["", "Berlin", "+02:00", "Europe/Nowhere"]) assert.equal(isTimeZone(zone), false, zone);
  });
});
