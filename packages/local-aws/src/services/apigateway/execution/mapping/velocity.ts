/**
 * Mapping templates: Apache Velocity as Java runs it, which is how API Gateway does. The parser is `velocityjs`; what Java's
 * truth, equality, arithmetic and methods are is here and in `javaMethods`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import { Compile, parse } from "velocityjs";
import { javaMethods } from "./javaMethods.ts";

type Node = Parameters<Compile["getLiteral"]>[0];
interface MathNode {
  type: string;
  operator?: string;
  expression?: Node[];
}

const parsed = new Map<string, ReturnType<typeof parse>>();

/**
 * @param context the template's variables; `#set` changes it.
 * @throws Error for a template that cannot be parsed.
 */
export function renderTemplate(template: string, context: Record<string, unknown>): string {
  let nodes = parsed.get(template);
  if (!nodes) {
    nodes = parse(template);
    if (parsed.size >= 1_000) parsed.clear();
    parsed.set(template, nodes);
  }
  return new Template(nodes, { customMethodHandlers: [javaMethods] }).render(context, {}, true);
}

class Template extends Compile {
  /** The value of an expression; of a lone reference, as only conditions ask for it, its truth. */
  override getExpression(node: Node): ReturnType<Compile["getExpression"]> {
    const { type } = node as MathNode;
    return (type === "math" ? this.#value(node) : truth(this.#value(node))) as never;
  }

  /** References that lead nowhere, or to a method that is not called, are null, and print nothing. */
  override getReferences(node: Parameters<Compile["getReferences"]>[0], print?: boolean): string {
    const found: unknown = super.getReferences(node, false);
    const value = typeof found === "function" ? null : found;
    return (print ? (value ?? "") : value) as string;
  }

  #value(node: Node): unknown {
    const { type, operator = "", expression = [] } = node as MathNode;
    if (type !== "math") return this.getLiteral(node);
    const [left, right] = expression as [Node, Node];
    if (operator === "&&") return truth(this.#value(left)) && truth(this.#value(right));
    if (operator === "||") return truth(this.#value(left)) || truth(this.#value(right));
    if (operator === "not") return !truth(this.#value(left));
    if (operator === "parenthesis") return this.#value(left);
    if (operator === "minus") return -(this.#value(left) as number);
    return compute(operator, this.#value(left), this.#value(right));
  }
}

/** Only null and false are false. */
const truth = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

function compute(operator: string, left: unknown, right: unknown): unknown {
  const [a, b] = [left, right] as [number, number];
  switch (operator) {
    case "==":
      return same(left, right);
    case "!=":
      // What leads nowhere is not said to be unequal to anything, as AWS's answers show.
      return (left ?? null) !== null && !same(left, right);
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return whole(a / b, a, b);
    case "%":
      return a % b;
    case ">":
      return a > b;
    case "<":
      return a < b;
    case ">=":
      return a >= b;
    case "<=":
      return a <= b;
  }
  return undefined;
}

/** Integers divide to an integer; nothing divides by zero. */
function whole(quotient: number, a: number, b: number): number | null {
  if (b === 0) return null;
  return Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(quotient) : quotient;
}

/** Values of different kinds are equal when their texts are. */
function same(left: unknown, right: unknown): boolean {
  const [a, b] = [left ?? null, right ?? null];
  if (a === null || b === null) return a === b;
  return typeof a === "object" || typeof b === "object"
    ? JSON.stringify(a) === JSON.stringify(b)
    : String(a) === String(b);
}
