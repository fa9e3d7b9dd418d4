import assert from "node:assert/strict";
import type { Activity } from "../../../app/lib/activity.ts";
import { stepsOf } from "../../../app/pages/map/traffic.ts";
import type { MapNode, StackMap } from "../../../src/map/index.ts";

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;
const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const node = (id: string, more: Partial<MapNode> = {}): MapNode => ({
  ...{ id, urn: id, kind: "function", name: id, system: "" },
  ...more,
});
const [predict, ask] = [arn("lambda", "function:predict"), arn("lambda", "function:ask")];
const [table, queue, rule] = [arn("dynamodb", "table/records"), arn("sqs", "jobs"), arn("events", "rule/nightly")];
const machine = arn("states", "stateMachine:archiver");
const map: StackMap = {
  project: "shop",
  stack: "local",
  edges: [],
  nodes: [
    node("api:abc", { kind: "api" }),
    node(predict, { role: role("predict") }),
    node(ask),
    node(table, { kind: "table" }),
    node(queue, { kind: "queue" }),
    node(rule, { kind: "rule" }),
    node(machine, { kind: "machine", role: role("archiver") }),
  ],
};
const common = { at: 1, region: "us-east-1", milliseconds: 2 };
const request = { ...common, kind: "request", method: "GET", path: "/", api: "abc" } as const;
const invocation = { ...common, kind: "invocation", version: "1", requestId: "1", trace: "" } as const;
const batch = { ...common, kind: "batch", source: `${table}/stream/2026`, function: predict, records: 2 } as const;

describe("what an event lights on the map", () => {
  for (const [what, activity, steps] of [
    ["a request: its API", { ...request, status: 200 }, [{ to: "api:abc", failed: false }]],
    ["a request that failed: in red", { ...request, status: 502 }, [{ to: "api:abc", failed: true }]],
    ["one that was refused: not in red", { ...request, status: 400 }, [{ to: "api:abc", failed: false }]],
    [
      "an invocation: the way from the API",
      { ...invocation, function: predict, outcome: "success", source: arn("execute-api", "abc/Prod/GET/") },
      [{ from: "api:abc", to: predict, failed: false }],
    ],
    [
      "an invocation that failed: the way from the state machine, by its role",
      { ...invocation, function: ask, outcome: "error", source: role("archiver") },
      [{ from: machine, to: ask, failed: true }],
    ],
    [
      "a batch: the stream's table, and the way to the function, which counts itself",
      { ...batch, outcome: "done" },
      [
        { to: table, failed: false },
        { from: table, to: predict, failed: false, wayOnly: true },
      ],
    ],
    [
      "a delivery to a queue that failed: both and the way",
      { ...common, kind: "delivery", source: rule, target: queue, message: "denied" },
      [
        { to: rule, failed: true },
        { from: rule, to: queue, failed: true },
      ],
    ],
    [
      "a refused call: the way from who called by its role",
      {
        ...{ ...common, kind: "denied", principal: role("predict"), action: "dynamodb:PutItem", resource: table },
        ...{ by: "identity-based", explicit: false },
      },
      [{ from: predict, to: table, failed: true }],
    ],
    ["a mail: nothing", { kind: "mail", at: 1 }, []],
    ["what is not of this stack: nothing", { ...request, api: "other", status: 200 }, []],
  ] as [string, Activity, object[]][]) {
    it(what, () =>
      assert.deepEqual(
        stepsOf(activity, map).map(({ at: _, ...step }) => step),
        steps,
      ),
    );
  }
});
