import assert from "node:assert/strict";
import { evaluate, MathError, type Scope } from "../../../src/services/monitoring/math.ts";

describe("CloudWatch's metric math", () => {
  const scope: Scope = {
    get: (id) =>
      id === "m1"
        ? new Map([
            [0, 4],
            [60, 9],
          ])
        : id === "m2"
          ? new Map([[60, 2]])
          : undefined,
    metrics: ["m1", "m2"],
    period: 60,
    times: [0, 60, 120],
  };
  const cases: [string, [number, number][]][] = [
    [
      "m1 + 1",
      [
        [0, 5],
        [60, 10],
      ],
    ],
    [
      "m1 - 2 - 1",
      [
        [0, 1],
        [60, 6],
      ],
    ],
    [
      "m1 * 2 + m1 / 2",
      [
        [0, 10],
        [60, 22.5],
      ],
    ],
    [
      "-m1 ^ 2",
      [
        [0, -16],
        [60, -81],
      ],
    ],
    [
      "(m1 + 1) * 2",
      [
        [0, 10],
        [60, 20],
      ],
    ],
    ["100 * m2 / m1", [[60, 200 / 9]]],
    ["m1 / (m1 - 4)", [[60, 9 / 5]]],
    [
      "m1 > 5 && m1 < 10",
      [
        [0, 0],
        [60, 1],
      ],
    ],
    [
      "SUM([m1, m2])",
      [
        [0, 4],
        [60, 11],
      ],
    ],
    [
      "MAX(METRICS())",
      [
        [0, 4],
        [60, 9],
      ],
    ],
    [
      "FILL(m2, REPEAT)",
      [
        [60, 2],
        [120, 2],
      ],
    ],
    [
      "m1 / PERIOD(m1)",
      [
        [0, 4 / 60],
        [60, 9 / 60],
      ],
    ],
    [
      "CEIL(m1 / 3)",
      [
        [0, 2],
        [60, 3],
      ],
    ],
    ["DIFF(m1)", [[60, 5]]],
    ["RATE(m1)", [[60, 5 / 60]]],
    ["DIFF_TIME(m1)", [[60, 60]]],
    ["SUM(RATE([m1, m1]))", [[60, 10 / 60]]],
    [
      "RUNNING_SUM(m1)",
      [
        [0, 4],
        [60, 13],
      ],
    ],
    [
      "FILL(DIFF(m1), 0) + MINUTE(m1)",
      [
        [0, 0],
        [60, 6],
      ],
    ],
    [
      "m1 - m1 + STDDEV(m1)",
      [
        [0, 2.5],
        [60, 2.5],
      ],
    ],
    ["LAST([m1, m2]) / METRIC_COUNT(REMOVE_EMPTY([m1, DIFF(m2)]))", [[60, 2]]],
    [
      "FILL([m1, m2], 0)",
      [
        [0, 4],
        [60, 9],
        [120, 0],
      ],
    ],
    [
      "YEAR(m1) + MONTH(m1) + DATE(m1) + DAY(m1) + HOUR(m1) + EPOCH(m1)",
      [
        [0, 1970 + 1 + 1 + 4],
        [60, 1970 + 1 + 1 + 4 + 60],
      ],
    ],
    [
      "TIME_SERIES(1) + FILL(m1, LINEAR)",
      [
        [0, 5],
        [60, 10],
      ],
    ],
    [
      "7",
      [
        [0, 7],
        [60, 7],
        [120, 7],
      ],
    ],
  ];
  for (const [expression, points] of cases) {
    it(expression, () => assert.deepEqual([...evaluate(expression, scope)], points));
  }
  for (const expression of [
    "m1 m2",
    "(m1",
    "m1 +",
    "METRICS()",
    "1 $ 2",
    "FILL(m1)",
    "TIME_SERIES(m1)",
    "FIRST([])",
    "SORT(m1)",
  ]) {
    it(`${expression} is none`, () => assert.throws(() => evaluate(expression, scope), MathError));
  }
});
