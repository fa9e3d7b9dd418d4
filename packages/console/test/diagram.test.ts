import assert from "node:assert/strict";
import { drawn } from "../src/diagram/index.ts";
import type { MapNode, StackMap } from "../src/map/index.ts";

const node = (kind: MapNode["kind"], name: string, system: string, more: Partial<MapNode> = {}): MapNode => ({
  id: `arn:${name}`,
  urn: `urn:${name}`,
  kind,
  name,
  system,
  ...more,
});

const map: StackMap = {
  project: "shop",
  stack: "local",
  nodes: [
    node("api", "orders-api", "orders"),
    node("function", "orders-take", "orders"),
    node("table", 'carts "new" <b>', "carts"),
    node("queue", "orders-failures", "orders", { failures: true }),
  ],
  edges: [
    { from: "arn:orders-api", to: "arn:orders-take", kind: "calls" },
    { from: "arn:orders-take", to: 'arn:carts "new" <b>', kind: "may", actions: ["dynamodb:PutItem"] },
    { from: "arn:orders-take", to: "arn:orders-failures", kind: "fails" },
  ],
};

describe("the diagram of a stack", () => {
  const { svg, mermaid } = drawn(map);

  it("is the same whatever was made first", () => {
    const other = { ...map, nodes: map.nodes.toReversed(), edges: map.edges.toReversed() };
    assert.deepEqual(drawn(other), { svg, mermaid });
  });

  it("groups by system in Mermaid, with a way for each edge", () => {
    assert.equal(
      mermaid,
      [
        "flowchart LR",
        '  subgraph s0["carts"]',
        '    n0[("carts #quot;new#quot; <b>")]',
        "  end",
        '  subgraph s1["orders"]',
        '    n1[/"api"/]',
        '    n2["take"]',
        "  end",
        "  n1 --> n2",
        "  n2 -.-> n0",
        "",
      ].join("\n"),
    );
  });

  it("is well-formed SVG in which names are text, data flowing to the right", () => {
    assert.match(svg, /^<svg [^>]*role="img" aria-label="Architecture of shop">/);
    assert.ok(!svg.includes('"new"') && !svg.includes("<b>"));
    const band = svg.slice(svg.indexOf(">orders<"));
    const at = (name: string) => Number(new RegExp(`translate\\((\\d+) \\d+\\)"><title>${name}<`).exec(band)?.[1]);
    assert.ok(at("API orders-api") < at("Function orders-take"));
    const tags = [...svg.matchAll(/<(\/?)(g|svg|text|title)\b/g)];
    assert.equal(tags.filter(([, close]) => close).length * 2, tags.length);
  });

  it("says in a title what a box cuts off", () => {
    const long = { ...map, nodes: [node("table", "a-table-whose-name-is-long", "")], edges: [] };
    assert.match(drawn(long).svg, /<title>Table a-table-whose-name-is-long<\/title>.*>a-table-whose-na…</);
  });

  it("is an empty one of no resources", () => {
    assert.match(drawn({ ...map, nodes: [], edges: [] }).svg, /^<svg .*width="24" height="12"/);
  });
});
