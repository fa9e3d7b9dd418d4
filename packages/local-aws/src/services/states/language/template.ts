/** Payload templates, paths and intrinsic functions of JSONPath states. */

import { PathError } from "../../../jsonPath/evaluate.ts";
import { IntrinsicError, RuntimeError } from "./failure.ts";
import { evaluateCall, parseCall } from "./intrinsics.ts";
import { readPath, type Scope } from "./scope.ts";

/**
 * @param text a path or a call of an intrinsic function. @param field the one that has it, for the error's cause.
 * @throws RuntimeError where a path leads to nothing. @throws IntrinsicError
 */
export function evaluateText(text: string, scope: Scope, field: string): unknown {
  const read = (path: string): unknown => {
    try {
      return readPath(path, scope);
    } catch (error) {
      if (!(error instanceof PathError || error instanceof SyntaxError)) throw error;
      const root = path.startsWith("$$") ? scope.context : scope.input;
      throw new RuntimeError(
        `The JSONPath '${path}' specified for the field '${field}' could not be found in the input '${JSON.stringify(root)}'`,
      );
    }
  };
  if (!text.startsWith("States.")) return read(text);
  try {
    return evaluateCall(parseCall(text), read);
  } catch (error) {
    if (error instanceof SyntaxError) throw new IntrinsicError(error.message);
    throw error;
  }
}

/** Fills in the members whose names end with `.$`. */
export function evaluateTemplate(template: unknown, scope: Scope): unknown {
  if (Array.isArray(template)) return template.map((item) => evaluateTemplate(item, scope));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) =>
      name.endsWith(".$")
        ? [name.slice(0, -2), evaluateText(value, scope, name)]
        : [name, evaluateTemplate(value, scope)],
    ),
  );
}

/**
 * What a field that holds a path leads to: InputPath, ItemsPath, SecondsPath ...
 * @throws RuntimeError in Jayway's words.
 */
export function evaluateReference(path: string, scope: Scope): unknown {
  if (path.startsWith("States.")) return evaluateText(path, scope, path);
  try {
    return readPath(path, scope);
  } catch (error) {
    if (error instanceof PathError || error instanceof SyntaxError)
      throw new RuntimeError(`Invalid path '${path}' : ${error.message}`);
    throw error;
  }
}
