import { createRequire } from "node:module";
import { parseJson } from "../../jsonText.ts";
import { AwsError } from "../../service.ts";

const validate = createRequire(import.meta.url)("asl-validator") as (
  definition: object,
  options: { checkPaths: boolean; checkArn: boolean },
) => {
  isValid: boolean;
  errors: { "Error code": string; Message?: string; path?: string }[];
  errorsText(separator: string): string;
};

// biome-ignore lint/suspicious/noExplicitAny: states have the fields of their type, which are checked by the validator.
export type State = { Type: string } & Record<string, any>;
export interface Definition {
  StartAt: string;
  States: Record<string, State>;
  TimeoutSeconds?: number;
  QueryLanguage?: string;
}

/**
 * Reads Amazon States Language.
 * @throws {AwsError} `InvalidDefinition`, as CreateStateMachine answers; also for what only AWS can run, saying so.
 */
export function readDefinition(text: string): Definition {
  let definition: Definition;
  try {
    definition = parseJson(text) as Definition;
  } catch (error) {
    throw invalid(`DEFINITION_NOT_JSON: ${(error as Error).message}`);
  }
  const refused = unsupported(definition);
  if (refused) throw invalid(`NOT_SUPPORTED_LOCALLY: ${refused}`);
  const { isValid, errorsText } = validate(definition, { checkPaths: true, checkArn: true });
  if (!isValid) throw invalid(`SCHEMA_VALIDATION_FAILED: ${errorsText("; ")}`);
  return definition;
}

const invalid = (message: string): AwsError =>
  new AwsError("InvalidDefinition", `Invalid State Machine Definition: '${message}'`);

/** What the interpreter cannot do; silence would be a machine that behaves otherwise than on AWS. */
function unsupported(definition: Definition): string | undefined {
  // The interpreter's digests of more than 54 bytes are wrong, whatever the algorithm.
  if (/States\.Hash\(/.test(JSON.stringify(definition.States ?? {}))) {
    return "the local cloud does not compute States.Hash; let a function do it";
  }
  if (definition.QueryLanguage === "JSONata") return "the local cloud runs JSONPath only, not JSONata";
  for (const [name, state] of statesOf(definition)) {
    if (state.QueryLanguage === "JSONata")
      return `state "${name}" is written in JSONata; the local cloud runs JSONPath only`;
    if (state.ItemProcessor?.ProcessorConfig?.Mode === "DISTRIBUTED" || state.ItemReader) {
      return `state "${name}" is a distributed Map; the local cloud runs inline ones only`;
    }
  }
  return undefined;
}

/** Every state by name, those of branches and maps included: names are unique in a machine. */
export function* statesOf(definition: Pick<Definition, "States">): Iterable<[string, State]> {
  for (const [name, state] of Object.entries(definition.States ?? {})) {
    yield [name, state];
    for (const inner of [...(state.Branches ?? []), state.Iterator, state.ItemProcessor]) {
      if (inner) yield* statesOf(inner);
    }
  }
}

/** A task's timeout in seconds when it has none. https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
const longest = 99_999_999;

/**
 * The definition as the interpreter needs it. It knows one context for a whole execution; AWS's differs by state. So each
 * path into the context is turned to the state's own part of it (`$$.Task.Token` of state Ask to `$$.byState.Ask.Task.Token`).
 * The interpreter would end a task without a timeout after a minute.
 */
function prepareDefinition(definition: Definition): Definition {
  const prepared = structuredClone(definition);
  for (const [name, state] of statesOf(prepared)) {
    if (state.Type === "Task" && !state.TimeoutSeconds && !state.TimeoutSecondsPath) state.TimeoutSeconds = longest;
    for (const field of ["Parameters", "ItemSelector", "ResultSelector", "InputPath", "OutputPath", "ItemsPath"]) {
      if (state[field] !== undefined) state[field] = turnPaths(state[field], name);
    }
    if (state.Choices) state.Choices = (turnPaths(state.Choices, name) as Rule[]).map(withoutFalse);
  }
  return prepared;
}

/** A definition that was valid when its machine was made, as it was written and as the interpreter needs it. */
export interface Prepared {
  definition: Definition;
  prepared: Definition;
}

const cache = new Map<string, Prepared>();

/**
 * Executions of a machine share it: checking takes a tenth of a second, and preparing more than many an execution.
 * @param id of the definition. @param read its text.
 */
export function preparedDefinition(id: string, read: () => string): Prepared {
  let found = cache.get(id);
  if (!found) {
    const definition: Definition = JSON.parse(read());
    found = { definition, prepared: prepareDefinition(definition) };
    if (cache.size >= 100) cache.clear();
    cache.set(id, found);
  }
  return found;
}

type Rule = Record<string, unknown>;

/** A test for false, as `IsPresent: false`, never holds in the interpreter; the opposite of one for true does. */
function withoutFalse(rule: Rule): Rule {
  const { Next, ...test } = rule;
  const next = Next === undefined ? {} : { Next };
  for (const operator of ["And", "Or"]) {
    if (Array.isArray(test[operator])) return { ...rule, [operator]: (test[operator] as Rule[]).map(withoutFalse) };
  }
  if (test.Not) return { ...rule, Not: withoutFalse(test.Not as Rule) };
  const negative = Object.keys(test).find((key) => key.startsWith("Is") && test[key] === false);
  return negative ? { Not: { ...test, [negative]: true }, ...next } : rule;
}

function turnPaths(value: unknown, state: string): unknown {
  if (typeof value === "string") {
    // Map's own part of the context is the interpreter's.
    return value.replace(/\$\$\.(?!Map\b)(?=\w)/g, `$$$$.byState[${JSON.stringify(state).replaceAll('"', "'")}].`);
  }
  if (Array.isArray(value)) return value.map((item) => turnPaths(item, state));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, turnPaths(item, state)]));
}
