/** What is wrong with a definition, before a machine is made of it. https://states-language.net */

import { isObject } from "../../../jsonPath/evaluate.ts";
import { parsePath } from "../../../jsonPath/read.ts";
import { timeOf } from "./choice.ts";
import type { State, States } from "./definition.ts";
import { distributedFields, fieldsOf, jsonataFields, jsonPathFields } from "./fields.ts";
import { parseCall } from "./intrinsics.ts";
import { compileJsonata, expressionIn } from "./jsonata.ts";
import { readResource } from "./resource.ts";

export interface Fault {
  code: string;
  /** Where, as `/States/A/Next`. */
  location: string;
  message: string;
}

/** The machine around what is looked at. */
interface Around {
  faults: Fault[];
  express: boolean;
  /** Of the whole machine. */
  language: string;
  names: Set<string>;
}

const schema = "SCHEMA_VALIDATION_FAILED";

/** @param type of the machine. @returns all faults, in their order. */
export function faultsIn(definition: unknown, type: string): Fault[] {
  const faults: Fault[] = [];
  if (!isObject(definition)) return [{ code: schema, location: "/", message: "A definition must be an object" }];
  const { QueryLanguage: language = "JSONPath" } = definition as { QueryLanguage?: string };
  const around: Around = { faults, express: type === "EXPRESS", language, names: new Set() };
  checkLanguage(around, language, "/QueryLanguage");
  checkStates(around, definition as unknown as States, "");
  return faults;
}

const add = ({ faults }: Around, location: string, message: string, code = schema): void => {
  faults.push({ code, location, message });
};

function checkLanguage(around: Around, language: unknown, location: string): void {
  if (language !== "JSONPath" && language !== "JSONata")
    add(around, location, "Value must be one of [JSONPath, JSONata]");
}

function checkStates(around: Around, states: States, place: string): void {
  const missing = ["States", "StartAt"].filter((field) => !(field in states));
  if (missing.length > 0) {
    add(around, place || "/", `These fields are required: [${missing.join(", ")}]`);
    return;
  }
  if (!isObject(states.States)) {
    add(around, `${place}/States`, "Expected value of type Object");
    return;
  }
  if (Object.keys(states.States).length === 0) add(around, `${place}/States`, "Value cannot be empty");
  checkTarget(around, states.StartAt, states, `${place}/StartAt`);
  for (const [name, state] of Object.entries(states.States)) {
    const here = `${place}/States/${name}`;
    if (name.length > 80) add(around, here, "State name must not exceed 80 characters");
    if (around.names.has(name)) add(around, here, `Duplicate State name: ${name}`, "DUPLICATE_STATE_NAME");
    around.names.add(name);
    if (isObject(state)) checkState(around, state as State, states, here);
    else add(around, here, "Expected value of type Object");
  }
}

function checkTarget(around: Around, target: unknown, { States }: States, location: string): void {
  if (typeof target === "string" && Object.hasOwn(States, target)) return;
  add(around, location, `Missing 'Next' target: ${target}`, "MISSING_TRANSITION_TARGET");
}

function checkState(around: Around, state: State, states: States, here: string): void {
  const fields = fieldsOf[state.Type];
  if (!fields) {
    add(around, `${here}/Type`, `Value must be one of [${Object.keys(fieldsOf).join(", ")}]`);
    return;
  }
  if (state.QueryLanguage !== undefined) checkLanguage(around, state.QueryLanguage, `${here}/QueryLanguage`);
  if (around.language === "JSONata" && state.QueryLanguage === "JSONPath")
    add(around, here, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
  const jsonata = (state.QueryLanguage ?? around.language) === "JSONata";
  for (const field of Object.keys(state)) {
    if (!fields.has(field)) add(around, here, `Field '${field}' is not supported`);
    else if ((jsonata ? jsonPathFields : jsonataFields).has(field))
      add(around, here, `Field '${field}' is not supported with QueryLanguage '${jsonata ? "JSONata" : "JSONPath"}'`);
  }
  if (fields.has("Next")) {
    if (state.Next === undefined && state.End !== true)
      add(around, here, "One of these fields is required: [Next, End]");
    if (state.Next !== undefined && state.End === true)
      add(around, here, "Only one of these fields may be set: [Next, End]");
    if (state.Next !== undefined) checkTarget(around, state.Next, states, `${here}/Next`);
  }
  for (const [index, { Next, ErrorEquals }] of (state.Catch ?? []).entries()) {
    if (!ErrorEquals?.length)
      add(around, `${here}/Catch[${index}]`, "The field 'ErrorEquals' is required but was missing");
    checkTarget(around, Next, states, `${here}/Catch[${index}]/Next`);
  }
  for (const [index, { ErrorEquals }] of (state.Retry ?? []).entries())
    if (!ErrorEquals?.length)
      add(around, `${here}/Retry[${index}]`, "The field 'ErrorEquals' is required but was missing");
  byType[state.Type]?.(around, state, states, here, jsonata);
  checkTexts(around, state, jsonata, here);
}

const needed = (around: Around, state: Record<string, unknown>, field: string, here: string): boolean => {
  if (state[field] !== undefined) return true;
  add(around, here, `The field '${field}' is required but was missing`);
  return false;
};

/** @param jsonata whether the state is written in it. */
type Check = (around: Around, state: State, states: States, here: string, jsonata: boolean) => void;

const byType: Record<string, Check> = {
  Choice(around, state, states, here) {
    if (!needed(around, state, "Choices", here)) return;
    if (state.Choices.length === 0) add(around, `${here}/Choices`, "Value cannot be empty");
    for (const [index, { Next }] of state.Choices.entries())
      checkTarget(around, Next, states, `${here}/Choices[${index}]/Next`);
    if (state.Default !== undefined) checkTarget(around, state.Default, states, `${here}/Default`);
  },
  Wait(around, state, _states, here, jsonata) {
    const given = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"].filter(
      (field) => state[field] !== undefined,
    );
    if (given.length !== 1)
      add(around, here, "Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath]");
    const { Timestamp } = state;
    const isExpression = jsonata && expressionIn(Timestamp) !== undefined;
    if (Timestamp !== undefined && !isExpression && timeOf(Timestamp) === undefined)
      add(around, `${here}/Timestamp`, "String does not match RFC3339 timestamp");
  },
  Task(around, state, _states, here) {
    if (!needed(around, state, "Resource", here)) return;
    const { Resource, Credentials } = state;
    const integration = readResource(String(Resource));
    const location = `${here}/Resource`;
    if (!integration) {
      const why = "The value is not a valid resource ARN, or the resource is not available in this region.";
      add(around, location, `The resource provided ${Resource} is not recognized. ${why}`);
    } else if (around.express && integration.kind === "activity") {
      add(around, location, "Express state machine does not support Activity ARN");
    } else if (around.express && integration.pattern !== "request") {
      const pattern = integration.pattern.replace(":2", "");
      add(around, location, `Express state machine does not support '.${pattern}' service integration`);
    }
    if (Credentials !== undefined && !["RoleArn", "RoleArn.$"].some((field) => field in Credentials))
      add(around, `${here}/Credentials`, "The field 'RoleArn' is required but was missing");
  },
  Parallel(around, state, _states, here) {
    if (!needed(around, state, "Branches", here)) return;
    if (state.Branches.length === 0) add(around, `${here}/Branches`, "Value cannot be empty");
    for (const [index, branch] of state.Branches.entries()) checkStates(around, branch, `${here}/Branches[${index}]`);
  },
  Map(around, state, _states, here) {
    const field = state.Iterator === undefined ? "ItemProcessor" : "Iterator";
    if (!needed(around, state, field, here)) return;
    const processor = state[field];
    checkStates(around, processor, `${here}/${field}`);
    const { Mode = "INLINE", ExecutionType } = processor.ProcessorConfig ?? {};
    const config = `${here}/${field}/ProcessorConfig`;
    if (!["INLINE", "DISTRIBUTED"].includes(Mode))
      add(around, `${config}/Mode`, "Value must be one of [INLINE, DISTRIBUTED]");
    if (Mode !== "DISTRIBUTED") {
      for (const one of distributedFields)
        if (one in state) add(around, here, `Field '${one}' is supported only when Mode is DISTRIBUTED`);
      return;
    }
    if (around.express) add(around, here, "Express state machine does not support Distributed Map state");
    if (!["STANDARD", "EXPRESS"].includes(ExecutionType))
      add(around, config, "The field 'ExecutionType' is required but was missing");
    checkLabel(around, state.Label, `${here}/Label`);
  },
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
function checkLabel(around: Around, label: unknown, location: string): void {
  if (label === undefined) return;
  const text = String(label);
  if (text.length > 40) add(around, location, "Label must not exceed 40 characters");
  const wrong = /[\s?*<>{}[\]:;,\\|^~$#%&`"\p{Cc}]/u.exec(text)?.[0];
  if (wrong !== undefined) add(around, location, `Label contains invalid character: '${wrong}'`);
}

/** Fields with states of their own, and those that hold any value. */
const passedOver = new Set(["Branches", "Iterator", "ItemProcessor", "Result", "Comment"]);
/** Fields whose texts are paths. */
const pathField = /^(InputPath|OutputPath|ResultPath|ItemsPath|Variable|\w+Path)$/;

function checkTexts(around: Around, value: object, jsonata: boolean, place: string): void {
  for (const [name, item] of Object.entries(value)) {
    if (passedOver.has(name)) continue;
    const here = Array.isArray(value) ? `${place}[${name}]` : `${place}/${name}`;
    if (typeof item === "object" && item !== null) checkTexts(around, item, jsonata, here);
    if (typeof item !== "string") {
      if (!jsonata && name.endsWith(".$"))
        add(around, place, `The value for the field '${name}' must be a STRING that contains a JSONPath`);
      continue;
    }
    if (jsonata) checkExpression(around, item, here);
    else if (name.endsWith(".$")) {
      if (!isReference(item, true))
        add(
          around,
          place,
          `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`,
        );
    } else if (pathField.test(name) && !isReference(item, name !== "ResultPath"))
      add(around, here, `Value is not a ${name === "ResultPath" ? "Reference Path" : "valid JSONPath"}`);
  }
}

function checkExpression(around: Around, text: string, location: string): void {
  const expression = expressionIn(text);
  if (expression === undefined) return;
  try {
    compileJsonata(expression);
  } catch (error) {
    add(around, location, `Invalid JSONata expression: ${(error as Error).message}`);
  }
}

function isReference(text: string, calls: boolean): boolean {
  try {
    if (calls && text.startsWith("States.")) parseCall(text);
    else parsePath(text.replace(/^\$\$|^\$[A-Za-z_]\w*/, "$"));
    return true;
  } catch {
    return false;
  }
}
