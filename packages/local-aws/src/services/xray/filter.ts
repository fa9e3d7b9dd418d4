/** Filter expressions. https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html */
import { AwsError } from "../../service.ts";
import { withSubsegments } from "./segments.ts";
import type { Traced } from "./traces.ts";

type Test = (trace: Traced) => boolean;
type Value = string | number | boolean;

const invalid = (message: string) =>
  new AwsError("InvalidRequestException", `Invalid filter expression: ${message}`, 400);

const token = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|(!=|>=|<=|[=<>(){}[\],])|([A-Za-z_][\w.-]*))/y;

/** Words that stand for themselves. */
const flags: Record<string, Test> = {
  ok: ({ summary }) => !summary.HasError && !summary.HasFault && !summary.HasThrottle,
  error: ({ summary }) => summary.HasError === true,
  fault: ({ summary }) => summary.HasFault === true,
  throttle: ({ summary }) => summary.HasThrottle === true,
  partial: ({ summary }) => summary.IsPartial === true,
};

/** Words that are compared. */
const values: Record<string, (trace: Traced) => (Value | undefined)[]> = {
  duration: ({ summary }) => [summary.Duration],
  responsetime: ({ summary }) => [summary.ResponseTime],
  name: ({ segments }) => segments.map(({ name }) => name),
  user: ({ summary }) => (summary.Users ?? []).map(({ UserName }) => UserName),
  "http.url": ({ summary }) => [summary.Http?.HttpURL],
  "http.status": ({ summary }) => [summary.Http?.HttpStatus],
  "http.method": ({ summary }) => [summary.Http?.HttpMethod],
  "http.useragent": ({ summary }) => [summary.Http?.UserAgent],
  "http.clientip": ({ summary }) => [summary.Http?.ClientIp],
  "resource.arn": ({ summary }) => (summary.ResourceARNs ?? []).map(({ ARN }) => ARN),
};

const annotation = (key: string) => (trace: Traced) =>
  trace.segments.flatMap(withSubsegments).map((segment) => segment.annotations?.[key]);

const comparisons: Record<string, (a: Value, b: Value) => boolean> = {
  "=": (a, b) => a === b || String(a) === String(b),
  "!=": (a, b) => String(a) !== String(b),
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  BEGINSWITH: (a, b) => String(a).startsWith(String(b)),
  ENDSWITH: (a, b) => String(a).endsWith(String(b)),
  CONTAINS: (a, b) => String(a).includes(String(b)),
};

/** How deep parentheses may be. */
const deepest = 50;

/** @throws AwsError naming what it does not understand. */
export function compileFilter(text: string): Test {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at];
  const take = (expected?: string): string => {
    const found = tokens[at++];
    if (found === undefined) throw invalid("it ends too early");
    if (expected !== undefined && found !== expected) throw invalid(`expected ${expected} instead of ${found}`);
    return found;
  };

  const either = (depth: number): Test => {
    const tests = [both(depth)];
    while (peek()?.toUpperCase() === "OR") {
      at++;
      tests.push(both(depth));
    }
    return (trace) => tests.some((test) => test(trace));
  };
  const both = (depth: number): Test => {
    const tests = [one(depth)];
    while (peek()?.toUpperCase() === "AND") {
      at++;
      tests.push(one(depth));
    }
    return (trace) => tests.every((test) => test(trace));
  };
  const one = (depth: number): Test => {
    if (depth > deepest) throw invalid("it is nested too deeply");
    const word = take();
    if (word === "(") {
      const inner = either(depth + 1);
      take(")");
      return inner;
    }
    if (word === "!" || word.toUpperCase() === "NOT") {
      const inner = one(depth + 1);
      return (trace) => !inner(trace);
    }
    if (word === "service" || word === "edge") return ofService(word, depth);
    if (Object.hasOwn(flags, word)) {
      const flag = flags[word]!;
      if (peek() !== "=" && peek() !== "!=") return flag;
      const wanted = (take() === "=") === (take() === "true");
      return (trace) => flag(trace) === wanted;
    }
    return compared(word);
  };
  const compared = (word: string): Test => {
    let read = Object.hasOwn(values, word) ? values[word] : undefined;
    if (word.startsWith("annotation.")) read = annotation(word.slice("annotation.".length));
    if (word === "annotation") {
      take("[");
      read = annotation(quoted(take()));
      take("]");
    }
    if (!read) throw invalid(`${word} is not a keyword`);
    const operator = take();
    const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : comparisons[operator.toUpperCase()];
    if (!compare) throw invalid(`${operator} is not an operator`);
    const wanted = literal(take());
    return (trace) => read(trace).some((value) => value !== undefined && compare(value, wanted));
  };
  /** `service("name")`, `service("name") { fault = true }` */
  const ofService = (word: string, depth: number): Test => {
    take("(");
    const names = [quoted(take())];
    while (peek() === ",") {
      at++;
      names.push(quoted(take()));
    }
    take(")");
    if (word === "edge") throw invalid("the local cloud does not model edge()");
    let inner: Test | undefined;
    if (peek() === "{") {
      at++;
      inner = either(depth + 1);
      take("}");
    }
    return (trace) => {
      const own = trace.segments.flatMap(withSubsegments).filter(({ name }) => names.includes(name));
      if (own.length === 0) return false;
      const summary = {
        ...trace.summary,
        HasFault: own.some(({ fault }) => fault),
        HasError: own.some(({ error }) => error),
        HasThrottle: own.some(({ throttle }) => throttle),
        ResponseTime: Math.max(...own.map(({ start_time, end_time = start_time }) => end_time - start_time)),
      };
      return inner?.({ ...trace, segments: own, summary }) ?? true;
    };
  };

  const test = either(0);
  if (at < tokens.length) throw invalid(`${tokens[at]} is not expected there`);
  return test;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ""; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) throw invalid(`${text.slice(at).trim().slice(0, 20)} is not understood`);
    tokens.push(found[1] ?? found[2] ?? found[3] ?? found[4]!);
  }
  return tokens;
}

function quoted(given: string): string {
  if (!given.startsWith('"')) throw invalid(`${given} must be in quotation marks`);
  return given.slice(1, -1).replace(/\\(.)/g, "$1");
}

function literal(given: string): Value {
  if (given.startsWith('"')) return quoted(given);
  if (given === "true" || given === "false") return given === "true";
  const number = Number(given);
  if (Number.isNaN(number)) throw invalid(`${given} must be in quotation marks, a number, true or false`);
  return number;
}
