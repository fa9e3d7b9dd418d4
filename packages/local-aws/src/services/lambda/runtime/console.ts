/**
 * Turns a function's output into log events: the console in Lambda's text or JSON format, standard output line
 * by line as it is.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
import { format } from "node:util";
import { errorLine, stackOf, withShownPaths } from "./errors.ts";

/** Takes one event: milliseconds since the epoch, and text. */
export type Sink = (timestamp: number, message: string) => void;

const priorities = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
type Level = keyof typeof priorities;

const methods: Record<string, Level> = {
  trace: "TRACE",
  debug: "DEBUG",
  log: "INFO",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  fatal: "FATAL",
};

export interface FunctionLog {
  /** The request that further lines belong to. */
  requestId: string | undefined;
  /** Logs an error that ended an invocation or the initialisation, as the runtime does. */
  error(title: string, thrown: unknown): void;
  /** Sends an unterminated line. */
  flush(): void;
}

/** Takes over this thread's console and standard streams. */
export function takeOverConsole(jsonFormat: boolean, leastLevel: string | undefined, sink: Sink): FunctionLog {
  const least = priorities[leastLevel as Level] ?? priorities.TRACE;
  const current: FunctionLog = {
    requestId: undefined,
    error(title, thrown) {
      if (priorities.ERROR < least) return;
      if (jsonFormat) write("ERROR", [thrown instanceof Error ? thrown : new Error(String(thrown))]);
      else write("ERROR", [title, `\t${errorLine(thrown)}`]);
    },
    flush: () => {},
  };

  const write = (level: Level, parameters: unknown[]) => {
    const now = new Date();
    const text = jsonFormat
      ? jsonMessage(now, level, current.requestId, parameters)
      : `${now.toISOString()}\t${current.requestId}\t${level}\t${format(...parameters)}`;
    sink(now.getTime(), `${withShownPaths(text)}\n`);
  };

  for (const [method, level] of Object.entries(methods)) {
    const logs = priorities[level] >= least ? (...parameters: unknown[]) => write(level, parameters) : () => {};
    (console as unknown as Record<string, unknown>)[method] = logs;
  }
  const flushes = [process.stdout, process.stderr].map((stream) => takeOverStream(stream, sink));
  current.flush = () => {
    for (const flush of flushes) flush();
  };
  return current;
}

function jsonMessage(now: Date, level: Level, requestId: string | undefined, parameters: unknown[]): string {
  const line: Record<string, unknown> = { timestamp: now.toISOString(), level, requestId };
  if (parameters.length === 1) {
    line.message = parameters[0];
    try {
      return JSON.stringify(line, (_key, value) => (value instanceof Error ? described(value) : value));
    } catch {
      line.message = format(parameters[0]);
      return JSON.stringify(line);
    }
  }
  line.message = format(...parameters);
  const error = parameters.find((parameter) => parameter instanceof Error);
  return JSON.stringify(error ? { ...line, ...described(error, false) } : line);
}

const described = (error: Error, all = true) => ({
  errorType: error.constructor?.name ?? "UnknownError",
  errorMessage: error.message,
  stackTrace: typeof error.stack === "string" ? stackOf(error) : [],
  ...(all && error),
});

function takeOverStream(stream: NodeJS.WriteStream, sink: Sink): () => void {
  let rest = "";
  stream.write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const lines = (rest + text).split("\n");
    rest = lines.pop() as string;
    const now = Date.now();
    // An empty line is no event.
    for (const line of lines) if (line !== "") sink(now, `${withShownPaths(line)}\n`);
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof done === "function") queueMicrotask(() => done());
    return true;
  };
  return () => {
    if (rest) sink(Date.now(), withShownPaths(rest));
    rest = "";
  };
}
