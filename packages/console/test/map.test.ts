import assert from "node:assert/strict";
import { mapOf } from "../src/map/index.ts";
import type { Resource } from "../src/stack.ts";

const account = "eu-west-1:000000000000";

/** A resource of component `shop`, whose ids are its name. */
function resource(type: string, name: string, given: Partial<Resource> = {}): Resource {
  const urn = `urn:pulumi:local::p::${type}::${name}`;
  return { urn, type, id: name, parent: component.urn, inputs: {}, outputs: {}, dependencies: [], ...given };
}
const stack: Resource = {
  ...{ urn: "urn:pulumi:local::p::pulumi:pulumi:Stack::p-local", type: "pulumi:pulumi:Stack", id: "" },
  ...{ inputs: {}, outputs: {}, dependencies: [] },
};
const component: Resource = {
  ...stack,
  urn: "urn:pulumi:local::p::my:index:Shop::shop",
  type: "my:index:Shop",
  parent: stack.urn,
};
const inner: Resource = { ...component, urn: "urn:pulumi:local::p::my:index:Part::part", parent: component.urn };

const table = resource("aws:dynamodb/table:Table", "orders", {
  outputs: { arn: `arn:aws:dynamodb:${account}:table/orders` },
});
const role = resource("aws:iam/role:Role", "worker-role", {
  outputs: { arn: "arn:aws:iam::000000000000:role/worker-role" },
});
const worker = resource("aws:lambda/function:Function", "worker", {
  parent: inner.urn,
  inputs: { role: role.outputs.arn },
  outputs: { arn: `arn:aws:lambda:${account}:function:worker` },
});
const failures = resource("aws:sqs/queue:Queue", "failures", {
  id: "http://127.0.0.1:4566/000000000000/failures",
  outputs: { arn: `arn:aws:sqs:${account}:failures` },
});
const policy = (statements: object[]) =>
  resource("aws:iam/rolePolicy:RolePolicy", "grant", {
    inputs: { role: "worker-role", policy: JSON.stringify({ Statement: statements }) },
  });

const mapped = (...resources: Resource[]) => {
  const { nodes, edges } = mapOf({ project: "p", stack: "local", resources: [stack, component, inner, ...resources] });
  const nameOf = (id: string) => nodes.find((node) => node.id === id)?.name;
  return { nodes, ways: edges.map(({ from, to, kind }) => `${nameOf(from)} ${kind} ${nameOf(to)}`), edges };
};

describe("the map of a stack", () => {
  it("has what runs and what keeps data, each in its outermost component", () => {
    const { nodes } = mapped(table, worker, role);
    assert.deepEqual(
      nodes.map(({ kind, name, system }) => [kind, name, system]),
      [
        ["table", "orders", "shop"],
        ["function", "worker", "shop"],
      ],
    );
  });

  it("leads from an API to the function that it may invoke", () => {
    const api = resource("aws:apigateway/restApi:RestApi", "orders-api", { id: "abc123" });
    const sourceArn = `arn:aws:execute-api:${account}:abc123/*/POST/orders`;
    const permission = resource("aws:lambda/permission:Permission", "allow", {
      inputs: { function: "worker", sourceArn },
    });
    assert.deepEqual(mapped(api, worker, permission).ways, ["orders-api calls worker"]);
  });

  it("leads from a table by its stream to a function, and to where its failures go", () => {
    const mapping = resource("aws:lambda/eventSourceMapping:EventSourceMapping", "stream", {
      inputs: {
        eventSourceArn: `${table.outputs.arn}/stream/2026-01-01T00:00:00.000`,
        functionName: `${worker.outputs.arn}:live`,
        destinationConfig: { onFailure: { destinationArn: failures.outputs.arn } },
      },
    });
    // The right to read the stream is the mapping's own.
    const reading = policy([
      { Effect: "Allow", Action: ["dynamodb:GetRecords"], Resource: `${table.outputs.arn}/stream/*` },
    ]);
    const { ways, nodes } = mapped(table, worker, failures, mapping, role, reading);
    assert.deepEqual(ways, ["orders calls worker", "worker fails failures"]);
    assert.equal(nodes.find(({ name }) => name === "failures")?.failures, true);
  });

  it("leads to what a function's role allows, with the actions of all statements, and not to what one denies", () => {
    const grant = policy([
      { Effect: "Allow", Action: "dynamodb:PutItem", Resource: [table.outputs.arn] },
      { Effect: "Allow", Action: ["dynamodb:Query"], Resource: `${table.outputs.arn}/index/*` },
      { Effect: "Deny", Action: "sqs:*", Resource: failures.outputs.arn },
      { Effect: "Allow", Action: "xray:PutTraceSegments", Resource: "*" },
    ]);
    const { ways, edges } = mapped(table, worker, role, failures, grant);
    assert.deepEqual(ways, ["worker may orders"]);
    assert.deepEqual(edges[0]?.actions, ["dynamodb:PutItem", "dynamodb:Query"]);
  });

  it("leads from rules, schedules, topics and buckets to their targets", () => {
    const arn = worker.outputs.arn;
    const bucket = resource("aws:s3/bucket:Bucket", "drop", { outputs: { arn: "arn:aws:s3:::drop" } });
    const rule = resource("aws:cloudwatch/eventRule:EventRule", "dropped", {
      id: "default/dropped",
      inputs: { eventPattern: JSON.stringify({ detail: { bucket: { name: ["drop"] } } }) },
      outputs: { arn: `arn:aws:events:${account}:rule/dropped` },
    });
    const target = resource("aws:cloudwatch/eventTarget:EventTarget", "target", { inputs: { rule: "dropped", arn } });
    const schedule = resource("aws:scheduler/schedule:Schedule", "nightly", {
      id: "default/nightly",
      inputs: { target: { arn } },
      outputs: { arn: `arn:aws:scheduler:${account}:schedule/default/nightly` },
    });
    const topic = resource("aws:sns/topic:Topic", "news", { outputs: { arn: `arn:aws:sns:${account}:news` } });
    const subscription = resource("aws:sns/topicSubscription:TopicSubscription", "sub", {
      inputs: { topic: topic.outputs.arn, endpoint: failures.outputs.arn },
    });
    assert.deepEqual(mapped(worker, bucket, rule, target, schedule, topic, failures, subscription).ways.sort(), [
      "drop calls dropped",
      "dropped calls worker",
      "news calls failures",
      "nightly calls worker",
    ]);
  });

  it("passes over documents that are none", () => {
    const broken = resource("aws:iam/rolePolicy:RolePolicy", "grant", {
      inputs: { role: "worker-role", policy: "[secret]" },
    });
    assert.deepEqual(mapped(worker, role, broken).ways, []);
  });
});
