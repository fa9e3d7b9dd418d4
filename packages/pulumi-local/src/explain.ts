import { UsageError } from "local-aws/process";
import pc from "picocolors";
import { EngineError, type EngineEvent } from "./engine/index.ts";

/** Errors of resources that were shown as they happened. */
const displayed = new Set<string>();

/** Remembers what an event has shown, so that {@link explain} does not repeat it. */
export function noteShown(event: EngineEvent): void {
  if (event.kind === "step" && event.status === "failed" && event.error) displayed.add(event.error);
}

/** A user's mistake in one line, with where it is; a defect of ours with its stack. */
export function explain(error: Error): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof EngineError)) return pc.red(error.stack ?? String(error));
  const where = [error.urn, error.position && `at ${error.position}`].filter(Boolean).join(" ");
  const message = displayed.has(error.message) ? error.message.split("\n")[0] : error.message;
  return `${pc.red("error:")} ${where ? `${where}: ` : ""}${message}`;
}
