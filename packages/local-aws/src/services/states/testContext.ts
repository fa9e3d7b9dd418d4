/** The context object that TestState may be given. */

import { isObject } from "../../jsonPath/evaluate.ts";
import { AwsError } from "../../service.ts";
import type { State } from "./language/definition.ts";

const invalid = (message: string) => new AwsError("ValidationException", `Invalid Context object provided: ${message}`);

type Kind = "string" | "integer" | "object" | "any";

const fields: Record<string, Record<string, Kind>> = {
  Execution: {
    Id: "string",
    Input: "any",
    Name: "string",
    RoleArn: "string",
    StartTime: "string",
    RedriveCount: "integer",
    RedriveTime: "string",
  },
  State: { EnteredTime: "string", Name: "string", RetryCount: "integer" },
  StateMachine: { Id: "string", Name: "string" },
  Task: { Token: "string" },
};

const isOf: Record<Kind, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isInteger(value),
  object: isObject,
  any: () => true,
};

/** @throws AwsError `ValidationException` */
export function checkContext(text: string, { Type, Resource = "" }: State): Record<string, unknown> {
  let context: Record<string, Record<string, unknown>>;
  try {
    context = JSON.parse(text);
  } catch {
    throw invalid("it is not JSON");
  }
  for (const [name, value] of Object.entries(context)) {
    if (name === "Map") throw invalid("'Map' field is not supported when mocking a Context object");
    const known = fields[name];
    if (!known) throw invalid(`Field '${name}' is not allowed`);
    if (!isOf.object(value)) throw invalid(`${name} must be an object`);
    for (const [field, item] of Object.entries(value)) {
      const kind = known[field];
      if (!kind) throw invalid(`Field '${field}' is not allowed`);
      if (!isOf[kind](item)) throw invalid(`${name}.${field} must be ${kind === "integer" ? "an" : "a"} ${kind}`);
    }
  }
  if (context.Task && !(Type === "Task" && /\.(sync|sync:2|waitForTaskToken)$/.test(Resource))) {
    throw invalid(
      "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
    );
  }
  return context;
}
