import assert from "node:assert/strict";
import type { MetricAlarmRecord } from "../../../src/services/monitoring/alarmRecords.ts";
import { parseRule } from "../../../src/services/monitoring/composite.ts";
import { judge } from "../../../src/services/monitoring/evaluation.ts";

describe("the states of CloudWatch's alarms", () => {
  /**
   * AWS's own two tables: X breaches, 0 does not, - is missing. States by treatment: missing, ignore, breaching,
   * notBreaching; `keep` is the state that the alarm has.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  const [ok, alarm, none, keep] = ["OK", "ALARM", "INSUFFICIENT_DATA", undefined];
  const tables: [needed: number, points: string, states: (string | undefined)[]][] = [
    [3, "0-X-X", [ok, ok, ok, ok]],
    [3, "----0", [ok, ok, ok, ok]],
    [3, "-----", [none, keep, alarm, ok]],
    [3, "0XX-X", [alarm, alarm, alarm, alarm]],
    [3, "--X--", [alarm, keep, alarm, ok]],
    [2, "0-X-X", [alarm, alarm, alarm, alarm]],
    [2, "00X0X", [alarm, alarm, alarm, alarm]],
    [2, "0-X--", [ok, ok, alarm, ok]],
    [2, "----0", [ok, ok, alarm, ok]],
    [2, "---X-", [alarm, keep, alarm, ok]],
  ];
  for (const [needed, points, states] of tables) {
    it(`of ${needed} of 3 see ${points} as AWS documents it`, () => {
      const values = [...points].map((point) => ({ X: 1, 0: 0 })[point]);
      const found = ["missing", "ignore", "breaching", "notBreaching"].map(
        (missing) =>
          judge(
            {
              evaluationPeriods: 3,
              datapointsToAlarm: needed,
              threshold: 0,
              comparison: "GreaterThanThreshold",
              missing,
            } as MetricAlarmRecord,
            values,
          ).state,
      );
      assert.deepEqual(found, states);
    });
  }

  describe("rules of composite alarms", () => {
    const states: Record<string, "OK" | "ALARM" | "INSUFFICIENT_DATA"> = { a: "ALARM", b: "OK", "with space": "ALARM" };
    for (const [rule, holds] of [
      ['ALARM("a")', true],
      ["ALARM(a) AND ALARM(b)", false],
      ["ALARM(b) OR NOT ALARM(b) AND ALARM(a)", true],
      ["NOT (OK(b) OR FALSE)", false],
      ['OK(b) AND ALARM("with space")', true],
      ["INSUFFICIENT_DATA(a) OR TRUE", true],
    ] as const) {
      it(`${rule} is ${holds}`, () =>
        assert.equal(
          parseRule(rule).holds((name) => states[name]),
          holds,
        ));
    }
    for (const rule of ["", "ALARM", "ALARM()", "ALARM(a) ALARM(b)", "(ALARM(a)", "AND ALARM(a)"]) {
      it(`${rule || "nothing"} is none`, () => assert.throws(() => parseRule(rule)));
    }
  });
});
