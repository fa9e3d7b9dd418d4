/**
 * Which variables each state of a machine refers to.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html (`variableReferences`)
 */
import { isObject } from "../../jsonPath/evaluate.ts";
import type { Definition, State, States } from "./language/definition.ts";
import { compileJsonata, expressionIn } from "./language/jsonata.ts";

/** States of their own within a state, and what is never read as a reference. */
const nested = ["Branches", "Iterator", "ItemProcessor"];
const literal = new Set([...nested, "Result", "Comment"]);
const path = /(\.\$|Path|^Variable)$/;
const quoted = /'(?:\\.|[^'\\])*'/g;
const named = /\$([\p{ID_Start}_][\p{ID_Continue}]*)/gu;

/**
 * By the state's name, in alphabetical order; states without any are left out.
 * @param text a definition that was valid when its machine was made.
 * @returns undefined where no state refers to a variable.
 */
export function variableReferences(text: string): Record<string, string[]> | undefined {
  const definition = JSON.parse(text) as Definition;
  const states = [...statesIn(definition, definition.QueryLanguage)];
  const assigned = new Set(states.flatMap(([, state]) => assignedBy(state)));
  const found = states.flatMap(([name, state, jsonata]): [string, string[]][] => {
    const names = jsonata ? inExpressions(state).filter((one) => assigned.has(one)) : inPaths(state);
    return names.length > 0 ? [[name, [...new Set(names)].sort()]] : [];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** All states, those within others, too, and whether they are written in JSONata. */
function* statesIn({ States }: States, language = "JSONPath"): Generator<[name: string, State, jsonata: boolean]> {
  for (const [name, state] of Object.entries(States)) {
    yield [name, state, (state.QueryLanguage ?? language) === "JSONata"];
    for (const field of nested)
      for (const inner of [state[field] ?? []].flat()) yield* statesIn(inner as States, language);
  }
}

/** Of the state itself, its catchers and its choices. */
const assignedBy = ({ Assign = {}, Catch = [], Choices = [] }: State): string[] =>
  [{ Assign }, ...Catch, ...Choices]
    .flatMap((one: { Assign?: object }) => Object.keys(one.Assign ?? {}))
    .map((name) => name.replace(/\.\$$/, ""));

function inPaths(value: object): string[] {
  return Object.entries(value).flatMap(([field, item]) => {
    if (literal.has(field)) return [];
    if (typeof item === "object" && item !== null) return inPaths(item);
    if (typeof item !== "string" || !path.test(field)) return [];
    return [...item.replace(quoted, "").matchAll(named)].map(([, name]) => name as string);
  });
}

function inExpressions(value: object): string[] {
  return Object.entries(value).flatMap(([field, item]) => {
    if (literal.has(field)) return [];
    if (typeof item === "object" && item !== null) return inExpressions(item);
    const expression = expressionIn(item);
    return expression === undefined ? [] : variablesOf(compileJsonata(expression).ast());
  });
}

/** Variables of a JSONata expression, and those that it binds itself. */
function variablesOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(variablesOf);
  if (!isObject(node)) return [];
  const { type, value, ...parts } = node as { type?: unknown; value?: unknown };
  return type === "variable" && typeof value === "string" ? [value] : Object.values(parts).flatMap(variablesOf);
}
