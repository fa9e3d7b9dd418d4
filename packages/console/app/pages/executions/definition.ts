/** A state machine's definition as a graph. */

export interface State {
  Type: string;
  Next?: string;
  End?: boolean;
  Default?: string;
  Choices?: { Next?: string }[];
  Catch?: { Next: string; ErrorEquals?: string[] }[];
  Retry?: unknown[];
  Branches?: Machine[];
  Iterator?: Machine;
  ItemProcessor?: Machine;
  Resource?: string;
  [field: string]: unknown;
}

export interface Machine {
  StartAt: string;
  States: Record<string, State>;
}

export interface StateNode {
  /** The state's name, which is its machine's alone; `START`, `END`. */
  id: string;
  state?: State;
  /** Name of the Map or Parallel state that it is in. */
  inside?: string;
  /** Where branches meet again. */
  joins?: string;
}

export interface Way {
  from: string;
  to: string;
  kind: "next" | "choice" | "catch";
}

/** Not a state's name: those have no leading blank. */
export const startId = " start";
export const endId = " end";
const joinOf = (name: string): string => ` join ${name}`;

/** @throws SyntaxError where the definition is no JSON. */
export function graphOf(definition: string): { nodes: StateNode[]; ways: Way[] } {
  const nodes: StateNode[] = [{ id: startId }, { id: endId }];
  const ways: Way[] = [];
  const add = ({ StartAt, States }: Machine, from: string, end: string, inside?: string): void => {
    ways.push({ from, to: StartAt, kind: "next" });
    for (const [name, state] of Object.entries(States)) {
      nodes.push({ id: name, state, ...(inside !== undefined && { inside }) });
      const parts = [
        ...(state.Branches ?? []),
        ...[state.ItemProcessor ?? state.Iterator].filter((one) => one !== undefined),
      ];
      // What is after a Map or a Parallel comes after all that is in it.
      const leaves = parts.length > 0 ? joinOf(name) : name;
      if (parts.length > 0) nodes.push({ id: leaves, joins: name, ...(inside !== undefined && { inside }) });
      for (const part of parts) add(part, name, leaves, name);
      if (state.Next !== undefined) ways.push({ from: leaves, to: state.Next, kind: "next" });
      else if (state.End || state.Type === "Succeed") ways.push({ from: leaves, to: end, kind: "next" });
      else if (state.Type === "Fail") ways.push({ from: name, to: end, kind: "catch" });
      for (const choice of state.Choices ?? [])
        if (choice.Next) ways.push({ from: name, to: choice.Next, kind: "choice" });
      if (state.Default !== undefined) ways.push({ from: name, to: state.Default, kind: "choice" });
      for (const caught of state.Catch ?? []) ways.push({ from: name, to: caught.Next, kind: "catch" });
    }
  };
  add(JSON.parse(definition) as Machine, startId, endId);
  const once = new Map(ways.map((way) => [`${way.from} > ${way.to}`, way]));
  return { nodes, ways: [...once.values()] };
}
