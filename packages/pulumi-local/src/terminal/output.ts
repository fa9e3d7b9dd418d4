/** What `pulumi-local` says while it works: lines for a person, or one JSON object a line for a program. */
import { isatty } from "node:tty";
import { type Activity, activityChannel, type Mail, mailChannel } from "local-aws";
import { createColors } from "picocolors";
import type { EngineEvent } from "../engine/index.ts";
import { activityLines } from "./activityLines.ts";
import { Names } from "./names.ts";
import { type Screen, Terminal } from "./terminal.ts";
import { updates } from "./updates.ts";

export interface OutputOptions {
  programDirectory: string;
  /** Events as JSON, and nothing else. */
  json: boolean;
  /** Without requests, events and mails. */
  quiet: boolean;
  verbose: boolean;
  /** Default: standard output. */
  screen?: Screen;
}

export interface Output {
  readonly names: Names;
  /** What an update does. */
  onEvent(event: EngineEvent): void;
  /** For a person alone. */
  line(text: string): void;
  /** What else a program is told: `kind` says what it is. For a person there is {@link line}. */
  report(event: { kind: string } & Record<string, unknown>): void;
  /** Takes what happens on the cloud from now on, and shows it from {@link show} on. @returns what ends that. */
  follow(): () => void;
  /** The program is up: what has happened until now is shown below what was said until now. */
  show(): void;
  /** Writes what waits to be written. */
  flush(): void;
}

/** Colours as standard output has them: on a terminal, unless NO_COLOR is set. */
const ownColours = () => createColors(isatty(1) && process.env.NO_COLOR === undefined);

export function createOutput(options: OutputOptions): Output {
  return options.json ? jsonOutput(options) : lineOutput(options);
}

function lineOutput({ programDirectory, quiet, verbose, screen = process.stdout }: OutputOptions): Output {
  const terminal = new Terminal(screen);
  const names = new Names();
  const colours = ownColours();
  const status = terminal.isLive ? (text: string) => terminal.status(text) : undefined;
  let waiting: string[] | undefined = [];
  const happened = (line: string) => (waiting ? waiting.push(line) : terminal.line(line));
  const toLines = activityLines({ names, programDirectory, verbose, colours });
  return {
    names,
    onEvent: updates({ write: terminal.line, status, colours, verbose }),
    line: terminal.line,
    report() {},
    follow: () => {
      if (quiet) return () => {};
      return subscribe({
        activity(activity) {
          for (const line of toLines(activity)) happened(line);
        },
        mail: ({ to, subject, links, asks }) => {
          happened(`${colours.bold("mail")} to ${to}: ${subject}${asks ? ` ${colours.dim(`(${asks})`)}` : ""}`);
          for (const link of links) happened(`  ${colours.cyan(link)}`);
        },
      });
    },
    show() {
      for (const line of waiting ?? []) terminal.line(line);
      waiting = undefined;
    },
    flush: () => terminal.flush(),
  };
}

function jsonOutput({ quiet, verbose, screen = process.stdout }: OutputOptions): Output {
  // No line is taken back: a program reads them.
  const terminal = new Terminal({ write: (text) => screen.write(text) });
  const write = (event: object) => terminal.line(JSON.stringify(event));
  return {
    names: new Names(),
    onEvent(event) {
      if (verbose || event.kind !== "message" || event.severity !== "debug") write(event);
    },
    line() {},
    report: write,
    follow: () => {
      if (quiet) return () => {};
      return subscribe({ activity: write, mail: ({ body, ...mail }) => write({ kind: "mail", ...mail }) });
    },
    show() {},
    flush: () => terminal.flush(),
  };
}

function subscribe(to: { activity(activity: Activity): void; mail(mail: Mail): void }): () => void {
  const onActivity = (message: unknown) => to.activity(message as Activity);
  const onMail = (message: unknown) => to.mail(message as Mail);
  activityChannel.subscribe(onActivity);
  mailChannel.subscribe(onMail);
  return () => {
    activityChannel.unsubscribe(onActivity);
    mailChannel.unsubscribe(onMail);
  };
}
