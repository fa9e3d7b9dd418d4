import { UsageError } from "local-aws/process";
import pc from "picocolors";
import { EngineError, type EngineEvent } from "./engine/index.ts";
import { nameOf } from "./engine/urn.ts";

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
  const position = error.position && `at ${error.position}`;
  // What was said of a resource as it happened is not said again.
  if (error.urn && displayed.has(error.message)) {
    return [pc.red("error:"), nameOf(error.urn), position, "failed, as said above"].filter(Boolean).join(" ");
  }
  const where = [error.urn, position].filter(Boolean).join(" ");
  return `${pc.red("error:")} ${where ? `${where}: ` : ""}${error.message}`;
}
