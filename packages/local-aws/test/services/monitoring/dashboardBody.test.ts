import assert from "node:assert/strict";
import { dashboardFaults } from "../../../src/services/monitoring/dashboardBody.ts";

describe("a dashboard's body", () => {
  const metric = {
    type: "metric",
    properties: { region: "us-east-1", metrics: [["AWS/Lambda", "Errors", { stat: "Sum" }]] },
  };
  const faults = (body: unknown) =>
    dashboardFaults(typeof body === "string" ? body : JSON.stringify(body)).map(
      ({ DataPath = "", Message }) => `${DataPath}: ${Message}`,
    );

  it("has nothing wrong with it", () => {
    const expression = [[{ expression: "m1 / m2", id: "e1" }], ["...", { id: "m1" }], [".", "Duration"]];
    const widgets = [
      metric,
      { ...metric, x: 0, y: 100, width: 24, height: 6 },
      { type: "metric", properties: { region: "us-east-1", metrics: expression } },
      { type: "metric", properties: { region: "us-east-1", annotations: { alarms: ["arn"] } } },
      { type: "text", properties: { markdown: "# hi" } },
      { type: "log", properties: { region: "us-east-1", query: "fields @message" } },
      { type: "alarm", properties: { alarms: [] } },
    ];
    assert.deepEqual(faults({ widgets, start: "-PT3H" }), []);
    assert.deepEqual(faults({ widgets: [] }), []);
  });

  const cases: [body: unknown, fault: string][] = [
    ["{", ": The field DashboardBody must be a valid JSON object"],
    ["[]", ": Should be object"],
    [{}, ": Should have required property 'widgets'"],
    [{ widgets: {} }, "/widgets: Should be array"],
    [{ widgets: Array(501).fill(metric) }, "/widgets: Should NOT have more than 500 items"],
    [{ widgets: [1] }, "/widgets/0: Should be object"],
    [{ widgets: [{ properties: {} }] }, "/widgets/0: Should have required property 'type'"],
    [{ widgets: [{ type: "chart" }] }, "/widgets/0/type: Should be equal to one of the allowed values"],
    [{ widgets: [{ type: "constructor" }] }, "/widgets/0/type: Should be equal to one of the allowed values"],
    [{ widgets: [metric, { type: "text" }] }, "/widgets/1: Should have required property 'properties'"],
    [{ widgets: [{ type: "text", properties: [] }] }, "/widgets/0/properties: Should be object"],
    [
      { widgets: [{ type: "text", properties: {} }] },
      "/widgets/0/properties: Should have required property 'markdown'",
    ],
    [{ widgets: [{ ...metric, width: 25 }] }, "/widgets/0/width: Should be <= 24"],
    [{ widgets: [{ ...metric, x: -1 }] }, "/widgets/0/x: Should be >= 0"],
    [{ widgets: [{ ...metric, height: "6" }] }, "/widgets/0/height: Should be integer"],
    [
      { widgets: [{ type: "metric", properties: { region: "r", metrics: [["a", 1]] } }] },
      '/widgets/0/properties/metrics/0/1: Invalid metric field type, only "String" type is allowed',
    ],
    [
      { widgets: [{ type: "metric", properties: { region: "r" } }] },
      "/widgets/0/properties: Should have required property 'metrics'",
    ],
    [
      { widgets: [{ ...metric, properties: { region: "r", metrics: {} } }] },
      "/widgets/0/properties/metrics: Should be array",
    ],
  ];
  for (const [body, fault] of cases) {
    it(`is refused: ${fault}`, () => assert.deepEqual(faults(body), [fault]));
  }
});
