/** Update expressions: binding them, and what they make of an item. */
import { invalid } from "../errors.ts";
import { addNumbers } from "../items/number.ts";
import { type AttributeValue, type Item, typeOf } from "../items/types.ts";
import { checkOverlap } from "./overlap.ts";
import { parseUpdate } from "./parser.ts";
import { valueAt, withoutValue, withValue } from "./paths.ts";
import type { Placeholders } from "./placeholders.ts";
import type { Syntax } from "./syntax.ts";
import type { Action, Assigned, Path } from "./tree.ts";

const title = "UpdateExpression";
const setTypes: ReadonlySet<string> = new Set(["SS", "NS", "BS"]);

const fault = (message: string) => invalid(`Invalid ${title}: ${message}`);
const wrongType = (operator: string, type: string) =>
  fault(`Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`);

/** The actions of an update expression. @throws AwsError `ValidationException` */
export function bindUpdate(text: unknown, placeholders: Placeholders): Action[] | undefined {
  if (text === undefined || text === null) return undefined;
  const actions = parseUpdate(title, String(text)).map(({ section, path: written, operand }): Action => {
    const path = placeholders.path(title, written);
    if (section === "REMOVE") return { kind: "remove", path };
    const to = assigned(operand as Syntax, placeholders);
    if (section === "SET") return { kind: "set", path, to };
    // The parser takes nothing else there.
    const { value } = to as Extract<Assigned, { kind: "value" }>;
    const type = typeOf(value);
    const allowed = setTypes.has(type) || (section === "ADD" && type === "N");
    if (!allowed) {
      throw fault(
        `Incorrect operand type for operator or function; operator: ${section}, operand type: ${typeNames[type] ?? type}, typeSet: ALLOWED_FOR_${section}_OPERAND`,
      );
    }
    return { kind: section === "ADD" ? "add" : "delete", path, value };
  });
  checkOverlap(
    title,
    actions.map(({ path }) => path),
  );
  return actions;
}

/** Types as messages about ADD and DELETE name them. */
const typeNames: Record<string, string> = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  L: "LIST",
  M: "MAP",
  BOOL: "BOOLEAN",
  NULL: "NULL",
};

function assigned(syntax: Syntax, placeholders: Placeholders): Assigned {
  switch (syntax.kind) {
    case "path":
      return { kind: "path", path: placeholders.path(title, syntax) };
    case "value":
      return { kind: "value", value: placeholders.value(title, syntax.name) };
    case "sum": {
      const left = assigned(syntax.left, placeholders);
      const right = assigned(syntax.right, placeholders);
      for (const one of [left, right]) {
        if (one.kind === "append") throw wrongType(syntax.operator, "L");
        if (one.kind === "value" && one.value.N === undefined) throw wrongType(syntax.operator, typeOf(one.value));
      }
      return { kind: "sum", sign: syntax.operator === "+" ? 1 : -1, left, right };
    }
    case "call":
      return called(syntax.name, syntax.operands, placeholders);
    default:
      throw fault("Syntax error; an operand is expected");
  }
}

function called(name: string, operands: Syntax[], placeholders: Placeholders): Assigned {
  if (name !== "if_not_exists" && name !== "list_append") {
    const known = ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"];
    throw fault(
      known.includes(name)
        ? `The function is not allowed in an update expression; function: ${name}`
        : `Invalid function name; function: ${name}`,
    );
  }
  if (operands.length !== 2) {
    throw fault(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  const [first, second] = operands as [Syntax, Syntax];
  if (name === "if_not_exists") {
    if (first.kind !== "path")
      throw fault(`Operator or function requires a document path; operator or function: ${name}`);
    return {
      kind: "ifAbsent",
      path: placeholders.path(title, first),
      otherwise: assigned(second, placeholders),
    };
  }
  const left = assigned(first, placeholders);
  const right = assigned(second, placeholders);
  for (const one of [left, right]) {
    if (one.kind === "value" && !one.value.L) throw wrongType(name, typeOf(one.value));
  }
  return { kind: "append", left, right };
}

/** The item after an update. Every value is that of the item before it. @throws AwsError `ValidationException` */
export function applyUpdate(item: Item, actions: readonly Action[]): Item {
  let result = item;
  const values = actions.map((action) => (action.kind === "set" ? evaluate(action.to, item) : undefined));
  for (const [index, action] of actions.entries()) {
    if (action.kind === "set") result = withValue(result, action.path, values[index] as AttributeValue);
    else if (action.kind === "add") result = added(result, item, action.path, action.value);
    else if (action.kind === "delete") result = taken(result, item, action.path, action.value);
  }
  // The last element of a list first: the others keep their indexes.
  const removed = actions.flatMap((action) => (action.kind === "remove" ? [action.path] : []));
  for (const path of removed.sort(byIndexDown)) result = withoutValue(result, path);
  return result;
}

function byIndexDown(a: Path, b: Path): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i];
    const y = b[i];
    if (typeof x === "number" && typeof y === "number" && x !== y) return y - x;
    if (x !== y) return 0;
  }
  return 0;
}

function evaluate(assigned: Assigned, item: Item): AttributeValue {
  switch (assigned.kind) {
    case "value":
      return assigned.value;
    case "path": {
      const value = valueAt(item, assigned.path);
      if (!value) throw invalid("The provided expression refers to an attribute that does not exist in the item");
      return value;
    }
    case "ifAbsent":
      return valueAt(item, assigned.path) ?? evaluate(assigned.otherwise, item);
    case "sum": {
      const left = evaluate(assigned.left, item).N;
      const right = evaluate(assigned.right, item).N;
      if (left === undefined || right === undefined) throw wrongData();
      return { N: addNumbers(left, right, assigned.sign) };
    }
    case "append": {
      const left = evaluate(assigned.left, item).L;
      const right = evaluate(assigned.right, item).L;
      if (!left || !right) throw wrongData();
      return { L: [...left, ...right] };
    }
  }
}

const wrongData = () => invalid("An operand in the update expression has an incorrect data type");

function added(result: Item, before: Item, path: Path, value: AttributeValue): Item {
  const old = valueAt(before, path);
  if (!old) return withValue(result, path, value);
  if (old.N !== undefined && value.N !== undefined) return withValue(result, path, { N: addNumbers(old.N, value.N) });
  const type = typeOf(value);
  const members = old[type];
  if (!setTypes.has(type) || !Array.isArray(members)) throw wrongData();
  const union = [...new Set([...(members as string[]), ...(value[type] as string[])])];
  return withValue(result, path, { [type]: union });
}

function taken(result: Item, before: Item, path: Path, value: AttributeValue): Item {
  const old = valueAt(before, path);
  if (!old) return result;
  const type = typeOf(value);
  const members = old[type];
  if (!Array.isArray(members)) throw wrongData();
  const gone = new Set(value[type] as string[]);
  const rest = (members as string[]).filter((one) => !gone.has(one));
  return rest.length === 0 ? withoutValue(result, path) : withValue(result, path, { [type]: rest });
}
