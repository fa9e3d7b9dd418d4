/** A resource of the map: what it has to do with, what it may, what it was given and what it became. */
import type { MapNode, StackMap } from "../../../src/map/index.ts";
import { kindNames } from "../../../src/map/systems.ts";
import type { Resource } from "../../../src/stack.ts";
import { readDocument } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { hrefOf } from "../../lib/router.ts";
import { Facts, Failure, Json, Section, Waiting } from "../../ui/parts.tsx";
import { Links } from "./links.tsx";
import { OwnPolicies, RolePolicies } from "./policies.tsx";
import type { NodeTraffic } from "./traffic.ts";

export function ResourceDetail({ node, map, traffic }: { node: MapNode; map: StackMap; traffic: NodeTraffic }) {
  const { value, error } = useData(() => readDocument<Resource>("resource", node.urn), [node.urn], { every: 5_000 });
  if (!value) return error ? <Failure error={error} /> : <Waiting />;
  const { id, type, inputs, outputs } = value;
  return (
    <>
      <Facts
        of={{
          Kind: kindNames[node.kind],
          Component: node.system,
          "Id in AWS": id,
          Calls: traffic.calls > 0 && traffic.calls.toLocaleString("en"),
          Failed: traffic.failed > 0 && traffic.failed.toLocaleString("en"),
          Type: type,
        }}
      />
      <Links node={node} resource={value} />
      <Ways node={node} map={map} />
      {node.role && <RolePolicies role={node.role} />}
      <OwnPolicies node={node} resource={value} />
      <Json label="Inputs" of={shown(inputs)} />
      <Json label="Outputs" of={shown(outputs)} />
    </>
  );
}

function Ways({ node: { id }, map: { nodes, edges } }: { node: MapNode; map: StackMap }) {
  const rows = edges.filter(({ from, to }) => from === id || to === id);
  if (rows.length === 0) return null;
  const nameAt = (other: string) => nodes.find((one) => one.id === other)?.name ?? other;
  return (
    <Section title="Has to do with">
      <table class="grid">
        <tbody>
          {rows.map(({ from, to, kind, actions = [] }) => {
            const other = from === id ? to : from;
            const words = {
              calls: ["calls", "is called by"],
              may: ["may use", "may be used by"],
              fails: ["failures go to", "takes failures of"],
            };
            return (
              <tr key={other}>
                <td>{words[kind][from === id ? 0 : 1]}</td>
                <td>
                  <a href={hrefOf(["map", other])}>{nameAt(other)}</a>
                  {actions.length > 0 && <div class="soft">{actions.join(", ")}</div>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Section>
  );
}

/** Without what only the engine needs. */
const shown = (properties: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => name !== "__defaults")
      .map(([name, value]) => [name, parsed(value)]),
  );

/** Documents that are given as text are read as what they are. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
