import { parseJson } from "../../jsonText.ts";
import { AwsError } from "../../service.ts";
import type { Definition } from "./language/definition.ts";
import { type Fault, faultsIn } from "./language/gate.ts";

/**
 * What is wrong with a definition; nothing, when a machine can be made of it.
 * @param type of the machine: an Express one can do less.
 */
export function faultsOf(text: string, type = "STANDARD"): Fault[] {
  try {
    return faultsIn(parseJson(text), type);
  } catch (error) {
    const { message } = error as Error;
    return [
      { code: "INVALID_JSON_DESCRIPTION", location: `[Source: (String)${JSON.stringify(text.slice(0, 80))}]`, message },
    ];
  }
}

/** @param type of the machine. @throws {AwsError} `InvalidDefinition`, as CreateStateMachine answers. */
export function checkDefinition(text: string, type = "STANDARD"): void {
  const faults = faultsOf(text, type);
  if (faults.length === 0) return;
  const said = faults.map(({ code, location, message }) => {
    return `${code}: ${message}${code === "INVALID_JSON_DESCRIPTION" ? "" : ` at ${location}`}`;
  });
  throw new AwsError("InvalidDefinition", `Invalid State Machine Definition: '${said.join(", ")}'`);
}

const cache = new Map<string, Definition>();

/**
 * A definition that was valid when its machine was made. Executions of a machine share it.
 * @param id of the definition. @param read its text.
 */
export function parsedDefinition(id: string, read: () => string): Definition {
  let found = cache.get(id);
  if (!found) {
    found = JSON.parse(read()) as Definition;
    if (cache.size >= 100) cache.clear();
    cache.set(id, found);
  }
  return found;
}
