/**
 * Rules of composite alarms: `ALARM("a") AND NOT (OK("b") OR INSUFFICIENT_DATA("c"))`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html
 */
import type { StateValue } from "./alarmRecords.ts";

export interface CompositeRule {
  /** Names or ARNs of the alarms in the rule. */
  alarms: string[];
  holds(stateOf: (alarm: string) => StateValue | undefined): boolean;
}

type Node = (stateOf: (alarm: string) => StateValue | undefined) => boolean;

/** @throws Error saying what is wrong. */
export function parseRule(text: string): CompositeRule {
  const tokens = tokenize(text);
  const alarms: string[] = [];
  let at = 0;
  const take = (wanted: string) => {
    if (tokens[at++] !== wanted) throw new Error(`"${wanted}" is missing`);
  };
  const either = (): Node => {
    let left = both();
    while (tokens[at] === "OR") {
      at++;
      const [a, b] = [left, both()];
      left = (stateOf) => a(stateOf) || b(stateOf);
    }
    return left;
  };
  const both = (): Node => {
    let left = one();
    while (tokens[at] === "AND") {
      at++;
      const [a, b] = [left, one()];
      left = (stateOf) => a(stateOf) && b(stateOf);
    }
    return left;
  };
  const one = (): Node => {
    const token = tokens[at++];
    if (token === "NOT") {
      const inner = one();
      return (stateOf) => !inner(stateOf);
    }
    if (token === "TRUE" || token === "FALSE") return () => token === "TRUE";
    if (token === "(") {
      const inner = either();
      take(")");
      return inner;
    }
    if (token === "ALARM" || token === "OK" || token === "INSUFFICIENT_DATA") {
      take("(");
      const alarm = (tokens[at++] ?? "").replace(/^(["'])(.*)\1$/s, "$2");
      if (alarm === "" || alarm === ")") throw new Error(`${token} names no alarm`);
      take(")");
      alarms.push(alarm);
      return (stateOf) => stateOf(alarm) === token;
    }
    throw new Error(`unexpected ${token === undefined ? "end" : `"${token}"`}`);
  };
  const holds = either();
  if (at < tokens.length) throw new Error(`unexpected "${tokens[at]}"`);
  return { alarms, holds };
}

const tokenize = (text: string): string[] => text.match(/"[^"]*"|'[^']*'|[()]|[^\s()]+/g) ?? [];
