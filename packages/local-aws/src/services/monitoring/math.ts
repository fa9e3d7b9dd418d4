/**
 * Metric math: arithmetic, comparisons and the common functions, over series in time.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */

/** Values by time, in seconds since 1970. */
export type TimeSeries = Map<number, number>;
/** A number, one series, or several (`METRICS()`, `[m1, m2]`). */
type Value = number | TimeSeries | TimeSeries[];

export interface Scope {
  /** @returns `undefined` for an unknown id. */
  get(id: string): TimeSeries | undefined;
  /** Ids of the metrics that are not expressions. */
  metrics: string[];
  /** Seconds. */
  period: number;
  /** All points in time of the range, for `FILL`. */
  times: number[];
}

export class MathError extends Error {}

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

/** Point by point, where both have one; a number applies to every point. */
function combine(a: Value, b: Value, apply: (a: number, b: number) => number): Value {
  if (Array.isArray(a)) return a.map((one) => combine(one, b, apply) as TimeSeries);
  if (Array.isArray(b)) return b.map((one) => combine(a, one, apply) as TimeSeries);
  if (typeof a === "number" && typeof b === "number") return apply(a, b);
  const result: TimeSeries = new Map();
  for (const time of (a instanceof Map ? a : (b as TimeSeries)).keys()) {
    const [left, right] = [typeof a === "number" ? a : a.get(time), typeof b === "number" ? b : b.get(time)];
    if (left === undefined || right === undefined) continue;
    const value = apply(left, right);
    if (Number.isFinite(value)) result.set(time, value);
  }
  return result;
}

const seriesOf = (value: Value | string | undefined): TimeSeries[] => {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [value];
  throw new MathError("a time series is needed instead of a number");
};

const aggregates: Record<string, (values: number[]) => number> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

const pointwise: Record<string, (value: number) => number> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  LOG10: Math.log10,
};

function call(name: string, given: (Value | string)[], scope: Scope): Value {
  const [first, second, third] = given;
  const aggregate = Object.hasOwn(aggregates, name) ? aggregates[name] : undefined;
  if (aggregate)
    return Array.isArray(first)
      ? across(first, aggregate)
      : aggregate([...(seriesOf(first)[0] as TimeSeries).values()]);
  const point = Object.hasOwn(pointwise, name) ? pointwise[name] : undefined;
  if (point) return typeof first === "number" ? point(first) : combine(first as Value, 0, (value) => point(value));
  switch (name) {
    case "METRICS":
      return scope.metrics.map((id) => scope.get(id) as TimeSeries);
    case "PERIOD":
      return scope.period;
    case "FILL":
      return fill(seriesOf(first)[0] as TimeSeries, second as Value | string, scope.times);
    case "IF": {
      const condition = first as Value;
      const chosen = (time: number): number | undefined => {
        const test = typeof condition === "number" ? condition : seriesOf(condition)[0]?.get(time);
        if (test === undefined) return undefined;
        const value = (test ? second : third) as number | TimeSeries | undefined;
        return value instanceof Map ? value.get(time) : value;
      };
      const result: TimeSeries = new Map();
      for (const time of condition instanceof Map ? condition.keys() : scope.times) {
        const value = chosen(time);
        if (value !== undefined) result.set(time, value);
      }
      return result;
    }
  }
  throw new MathError(`the local cloud does not model the function ${name}`);
}

function across(series: TimeSeries[], aggregate: (values: number[]) => number): TimeSeries {
  const times = new Set(series.flatMap((one) => [...one.keys()]));
  return new Map(
    [...times].sort((a, b) => a - b).map((time) => [time, aggregate(series.flatMap((one) => one.get(time) ?? []))]),
  );
}

function fill(series: TimeSeries, filling: Value | string, times: number[]): TimeSeries {
  if (filling === "LINEAR") throw new MathError("the local cloud does not model FILL(..., LINEAR)");
  let last: number | undefined;
  const result: TimeSeries = new Map();
  for (const time of times) {
    const value =
      series.get(time) ??
      (filling === "REPEAT" ? last : filling instanceof Map ? filling.get(time) : (filling as number));
    last = value;
    if (value !== undefined) result.set(time, value);
  }
  return result;
}
