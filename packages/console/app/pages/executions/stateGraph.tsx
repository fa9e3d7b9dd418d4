/** A machine's states, and the way that an execution took through them. */
import { useMemo } from "preact/hooks";
import { Graph, type GraphEdge, type GraphNode } from "../../ui/graph.tsx";
import { endId, graphOf, startId } from "./definition.ts";
import { outcomeOf, type Visit } from "./history.ts";

export interface StateGraphProps {
  definition: string;
  visits: Visit[];
  /** Of the execution. */
  status: string;
  chosen?: string;
  onChoose(state: string): void;
}

export function StateGraph({ definition, visits, status, chosen, onChoose }: StateGraphProps) {
  const { nodes, ways } = useMemo(() => graphOf(definition), [definition]);
  const of = (name: string) => visits.filter((visit) => visit.name === name);
  const groupOf = (name: string) => ` inside ${name}`;
  const containers = [...new Set(nodes.flatMap(({ inside }) => (inside === undefined ? [] : [inside])))];
  const isDone = status === "SUCCEEDED";
  const steps = new Set(visits.map(({ from = startId, name }) => `${from} > ${name}`));
  const isTaken = (from: string, to: string): boolean => {
    const source = nodes.find(({ id }) => id === from)?.joins ?? from;
    if (to === endId) return isDone && visits.at(-1)?.name === source;
    const into = nodes.find(({ id }) => id === to)?.joins;
    // Into where branches meet: from what was left.
    if (into !== undefined) return of(source).some(({ left }) => left !== undefined);
    return steps.has(`${source} > ${to}`);
  };
  return (
    <Graph
      label="States"
      smallest={0.6}
      nodes={nodes.map(({ id, state, inside, joins }): GraphNode => {
        const parent = inside === undefined ? {} : { parent: groupOf(inside) };
        if (joins !== undefined) return { id, width: 8, height: 8, point: true, content: null, ...parent };
        if (id === startId || id === endId) {
          const word = id === startId ? "Start" : "End";
          return { id, width: 56, height: 26, tone: "end", content: <span>{word}</span> };
        }
        const its = of(id);
        const outcome = outcomeOf(its, status);
        const tries = its.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0);
        const more = [
          its.length > 1 && `${its.length} times`,
          tries > 0 && `${tries} ${tries === 1 ? "retry" : "retries"}`,
        ];
        const about = [state?.Type, ...more].filter(Boolean).join(" · ");
        return {
          id,
          width: Math.min(220, Math.max(84, Math.max(id.length * 8, about.length * 6) + 30)),
          height: 38,
          tone: outcome ?? "never",
          spoken: outcome ? words[outcome] : "not entered",
          content: (
            <>
              <span class="kind">{about}</span> <span>{id}</span>
            </>
          ),
          ...parent,
        };
      })}
      groups={containers.map((name) => {
        const outer = nodes.find(({ id }) => id === name)?.inside;
        return { id: groupOf(name), label: name, ...(outer !== undefined && { parent: groupOf(outer) }) };
      })}
      edges={ways.map(
        ({ from, to, kind }): GraphEdge => ({
          from,
          to,
          weight: weights[kind],
          tone: `${kind} ${isTaken(from, to) ? "good" : ""}`,
        }),
      )}
      onChoose={(id) => !id.startsWith(" ") && onChoose(id)}
      {...(chosen !== undefined && { chosen })}
    />
  );
}

/** The way that is meant to be taken goes straight down. */
const weights = { next: 2, choice: 2, catch: 1 };
const words = { good: "went well", bad: "failed", busy: "running", warn: "did not end" };
