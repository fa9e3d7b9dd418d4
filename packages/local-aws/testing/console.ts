import { inspect } from "node:util";

const traces: string[] = [];

// The local cloud prints a stack trace only for a fault of its own, and answers its caller as AWS would. A test that
// provokes one replaces `console.error` meanwhile.
for (const method of ["error", "warn"] as const) {
  const write = console[method];
  console[method] = (...args: unknown[]) => {
    const text = args.map((arg) => (typeof arg === "string" ? arg : inspect(arg))).join(" ");
    if (/\n\s+at .+:\d+/.test(text)) traces.push(text);
    write(...args);
  };
}

/** Stack traces that this process has written to its console since the last call. */
export const stackTraces = (): string[] => traces.splice(0);
