/**
 * Metric math: arithmetic, comparisons and the common functions, over series in time.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
import { call } from "./mathFunctions.ts";
import { combine, MathError, type Scope, seriesOf, type TimeSeries, type Value } from "./mathValues.ts";

export { MathError, type Scope, type TimeSeries } from "./mathValues.ts";

/** Evaluates an expression whose result is one series. @throws MathError */
export function evaluate(expression: string, scope: Scope): TimeSeries {
  const tokens = tokenize(expression);
  const parser = new Parser(tokens, scope);
  const value = parser.expression(0);
  parser.end();
  if (value instanceof Map) return value;
  if (typeof value === "number") return new Map(scope.times.map((time) => [time, value]));
  throw new MathError(`"${expression}" results in several time series; one is needed`);
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const pattern =
    /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(==|!=|<=|>=|&&|\|\||[-+*/^()<>,[\]])|("[^"]*"|'[^']*'))\s*/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new MathError(`"${text}" is not an expression: unexpected "${text.slice(at, at + 10)}"`);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? (match[4] as string));
  }
  return tokens;
}

const yes = (value: boolean) => (value ? 1 : 0);

const operators: Record<string, { level: number; apply(a: number, b: number): number }> = {
  "||": { level: 1, apply: (a, b) => yes(a !== 0 || b !== 0) },
  OR: { level: 1, apply: (a, b) => yes(a !== 0 || b !== 0) },
  "&&": { level: 2, apply: (a, b) => yes(a !== 0 && b !== 0) },
  AND: { level: 2, apply: (a, b) => yes(a !== 0 && b !== 0) },
  "==": { level: 3, apply: (a, b) => yes(a === b) },
  "!=": { level: 3, apply: (a, b) => yes(a !== b) },
  "<": { level: 4, apply: (a, b) => yes(a < b) },
  "<=": { level: 4, apply: (a, b) => yes(a <= b) },
  ">": { level: 4, apply: (a, b) => yes(a > b) },
  ">=": { level: 4, apply: (a, b) => yes(a >= b) },
  "+": { level: 5, apply: (a, b) => a + b },
  "-": { level: 5, apply: (a, b) => a - b },
  "*": { level: 6, apply: (a, b) => a * b },
  "/": { level: 6, apply: (a, b) => a / b },
  "^": { level: 7, apply: (a, b) => a ** b },
};

/** Precedence climbing, evaluating on the way. */
class Parser {
  readonly #tokens: string[];
  readonly #scope: Scope;
  #at = 0;

  constructor(tokens: string[], scope: Scope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  expression(level: number): Value {
    let left = this.#operand();
    for (;;) {
      const name = this.#tokens[this.#at] ?? "";
      const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
      if (!operator || operator.level <= level) return left;
      this.#at++;
      left = combine(left, this.expression(operator.level), operator.apply);
    }
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw new MathError(`unexpected "${this.#tokens[this.#at]}"`);
  }

  #operand(): Value {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new MathError("the expression ends too early");
    if (/^\d/.test(token)) return Number(token);
    if (token === "-") return combine(0, this.expression(6), (a, b) => a - b);
    if (token === "(") return this.#closed(this.expression(0), ")");
    if (token === "[") return this.#list("]").flatMap(seriesOf);
    if (this.#tokens[this.#at] === "(" && /^[A-Z]/.test(token)) {
      this.#at++;
      return call(token, this.#arguments(token), this.#scope);
    }
    const found = this.#scope.get(token);
    if (!found) throw new MathError(`there is no metric or expression with the id "${token}"`);
    return found;
  }

  /** `FILL`'s second argument may be a word. */
  #arguments(name: string): (Value | string)[] {
    if (name === "FILL") {
      const first = this.expression(0);
      this.#expect(",");
      const word = this.#tokens[this.#at];
      if (word === "REPEAT" || word === "LINEAR") {
        this.#at++;
        return [first, this.#closed(word, ")")];
      }
      return [first, this.#closed(this.expression(0), ")")];
    }
    return this.#list(")");
  }

  #list(closing: string): Value[] {
    const values: Value[] = [];
    if (this.#tokens[this.#at] === closing) {
      this.#at++;
      return values;
    }
    for (;;) {
      values.push(this.expression(0));
      const token = this.#tokens[this.#at++];
      if (token === closing) return values;
      if (token !== ",") throw new MathError(`"${closing}" or "," is missing`);
    }
  }

  #closed<T>(value: T, closing: string): T {
    this.#expect(closing);
    return value;
  }

  #expect(token: string): void {
    if (this.#tokens[this.#at++] !== token) throw new MathError(`"${token}" is missing`);
  }
}
