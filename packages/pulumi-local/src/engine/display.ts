import { isatty } from "node:tty";
import { createColors } from "picocolors";
import type { Counts, EngineEvent, Operation, StepEnd } from "./events.ts";
import { nameOf } from "./urn.ts";

interface DisplayOptions {
  /** Where lines go. Default: standard output. */
  write?: (line: string) => void;
  /** Default: when standard output is a terminal and NO_COLOR is not set. */
  colour?: boolean;
  /** Also the resources that stay as they are, and debug messages. Default: false. */
  verbose?: boolean;
}

const signs: Record<Operation, string> = {
  create: "+",
  update: "~",
  replace: "+-",
  delete: "-",
  "delete-replaced": "--",
  import: "=",
  same: " ",
  read: ">",
  discard: "·",
};

const past: Record<Operation, string> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  "delete-replaced": "deleted after its replacement",
  import: "imported",
  same: "unchanged",
  read: "read",
  discard: "forgotten",
};

/** Prints a run the way `pulumi up` does: a line a resource as it is done, and a summary. */
export function display(options: DisplayOptions = {}): (event: EngineEvent) => void {
  const { write = console.log, verbose = false } = options;
  const colour = createColors(options.colour ?? (isatty(1) && process.env.NO_COLOR === undefined));
  const paint: Partial<Record<Operation, (text: string) => string>> = {
    create: colour.green,
    update: colour.yellow,
    replace: colour.magenta,
    delete: colour.red,
    "delete-replaced": colour.red,
  };

  const step = (event: StepEnd, preview: boolean): void => {
    const { operation, urn, type, seconds, changes, status, error } = event;
    if (status === "failed") {
      write(`${colour.red("✗")}  ${shortType(type)} ${nameOf(urn)}: ${operation} failed: ${error}`);
      return;
    }
    if (operation === "same" && !verbose) return;
    const sign = (paint[operation] ?? colour.dim)(signs[operation].padEnd(2));
    const verb = preview ? `would be ${past[operation]}` : past[operation];
    const what = changes.length > 0 ? colour.dim(` [${changes.join(", ")}]`) : "";
    const time = preview || seconds < 0.001 ? "" : colour.dim(` ${formatSeconds(seconds)}`);
    write(`${sign} ${shortType(type)} ${colour.bold(nameOf(urn))} ${verb}${time}${what}`);
  };

  let preview = false;
  return (event) => {
    switch (event.kind) {
      case "start":
        preview = event.preview;
        break;
      case "step":
        if (event.status !== "started") step(event, preview);
        break;
      case "message":
        // An error of the program ends the run, and is printed once, there.
        if (event.severity === "error" || (event.severity === "debug" && !verbose) || event.text === "") break;
        write(
          `   ${event.urn ? `${nameOf(event.urn)}: ` : ""}${event.severity === "warning" ? colour.yellow(event.text) : event.text}`,
        );
        break;
      case "end":
        if (event.ok)
          write(
            `${colour.bold("Resources:")} ${summary(event.counts, preview)} ${colour.dim(`in ${formatSeconds(event.seconds)}`)}`,
          );
    }
  };
}

function summary(counts: Counts, preview: boolean): string {
  const parts = (Object.keys(counts) as Operation[])
    .filter((operation) => counts[operation] > 0)
    .map(
      (operation) => `${counts[operation]} ${preview && operation !== "same" ? `to ${operation}` : past[operation]}`,
    );
  return parts.length > 0 ? parts.join(", ") : "none";
}

/** `aws:lambda/function:Function` as `aws:lambda:Function`, as the Pulumi CLI shows it. */
const shortType = (type: string): string => type.replace(/\/[^:]*:/, ":");

const formatSeconds = (seconds: number): string =>
  seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : `${seconds.toFixed(1)} s`;
