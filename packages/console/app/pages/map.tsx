/** The architecture, of the real resource graph, live: what happens lights up its way. */
import { useState } from "preact/hooks";
import type { StackMap } from "../../src/map/index.ts";
import { kindNames, partOf, shortName, systemsOf } from "../../src/map/systems.ts";
import { readDocument } from "../lib/api.ts";
import { useData } from "../lib/data.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { plural } from "../lib/text.ts";
import { Graph, type GraphEdge, type GraphNode } from "../ui/graph.tsx";
import { Check, Empty, Failure, Field, Waiting } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { ResourceDetail } from "./map/detail.tsx";
import { type Traffic, useTraffic } from "./map/traffic.ts";

export default definePage({ path: "map", title: "Map", group: "Architecture", view: MapPage });

function MapPage({ rest: [chosen], query }: PageProps) {
  const { value, error } = useData(() => readDocument<StackMap>("map"), [], { every: 3_000 });
  const [system, setSystem] = useState(query.get("system") ?? "");
  const [failures, setFailures] = useState(false);
  const traffic = useTraffic(value);
  if (!value) return error ? <Failure error={error} /> : <Waiting />;
  const systems = systemsOf(value);
  const node = value.nodes.find(({ id }) => id === chosen);
  const state = { system };
  const seen = systems.filter((name) => system === "" || name === system);
  return (
    <Split
      back={hrefOf(["map"], state)}
      title={node?.name}
      detail={node && <ResourceDetail key={node.id} node={node} map={value} traffic={traffic.of(node.id)} />}
      list={
        <>
          <div class="bar">
            <Field
              label="System"
              value={system}
              onInput={setSystem}
              choices={{
                "": "all of them",
                ...Object.fromEntries(systems.map((name) => [name, name || value.project])),
              }}
            />
            <Check label="queues of failures" value={failures} onChange={setFailures} />
            <span class="count" role="status">
              {plural(value.nodes.length, "resource")} of {value.project} on {value.stack}
            </span>
          </div>
          {value.nodes.length === 0 && <Empty>The stack has no resources yet.</Empty>}
          <div class="systems">
            {seen.map((name) => (
              <section key={name} class="system">
                <System
                  name={name}
                  map={value}
                  failures={failures}
                  traffic={traffic}
                  onChoose={(id) => go(["map", id], state)}
                  {...(chosen !== undefined && { chosen })}
                />
              </section>
            ))}
          </div>
        </>
      }
    />
  );
}

interface SystemProps {
  name: string;
  map: StackMap;
  failures: boolean;
  traffic: Traffic;
  chosen?: string;
  onChoose(id: string): void;
}

function System({ name, map, failures, traffic, chosen, onChoose }: SystemProps) {
  const { nodes, edges } = partOf(map, name, failures);
  return (
    <Graph
      label={name || map.project}
      direction="LR"
      nodes={nodes.map((node): GraphNode => {
        const { calls, failed, tone } = traffic.of(node.id);
        const counted = calls > 0 ? `${calls}${failed > 0 ? `, ${failed} failed` : ""}` : "";
        return {
          id: node.id,
          width: 150,
          height: 38,
          tone: `${tone} ${node.system === name ? "" : "elsewhere"}`,
          spoken: node.system === name ? "" : `of ${node.system || map.project}`,
          content: (
            <>
              <span class="kind">
                {kindNames[node.kind]}
                {counted && ` · ${counted}`}
              </span>{" "}
              <span>{shortName(node, name)}</span>
            </>
          ),
        };
      })}
      edges={edges.map(({ from, to, kind }): GraphEdge => ({ from, to, tone: `${kind} ${traffic.between(from, to)}` }))}
      onChoose={onChoose}
      {...(chosen !== undefined && { chosen })}
    />
  );
}
