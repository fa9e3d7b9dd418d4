/** A run as a tree by component: what was new as a whole, what changed with the values before and after. */
import { createColors } from "picocolors";
import type { Change } from "../engine/changes.ts";
import type { Counts, EngineEvent, Operation, StepEnd } from "../engine/events.ts";
import { nameOf, stackType } from "../engine/urn.ts";

export interface UpdateOptions {
  write(line: string): void;
  /** Shows what goes on now, below all lines; empty for nothing. Default: lines of their own, seldom. */
  status?: ((text: string) => void) | undefined;
  /** Default: none. */
  colours?: ReturnType<typeof createColors>;
  /** Everything of a new component, the resources that stay as they are, debug messages. Default: false. */
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

/** How long a run may be silent, in milliseconds: on a terminal and elsewhere. */
const [liveMs, silentMs] = [100, 10_000];
/** Values of one resource that are shown, and the characters of each. */
const [mostValues, longestValue] = [8, 80];

/** @returns what takes the events of a run. */
export function updates(options: UpdateOptions): (event: EngineEvent) => void {
  const view = new Updates(options);
  return (event) => view.take(event);
}

class Updates {
  readonly #options: UpdateOptions;
  readonly #colours: ReturnType<typeof createColors>;
  readonly #ended = new Map<string, StepEnd[]>();
  readonly #children = new Map<string, Set<string>>();
  readonly #parents = new Map<string, string>();
  /** Since when, by URN. */
  readonly #underWay = new Map<string, number>();
  #preview = false;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UpdateOptions) {
    this.#options = options;
    this.#colours = options.colours ?? createColors(false);
  }

  take(event: EngineEvent): void {
    switch (event.kind) {
      case "start":
        this.#begin(event.preview);
        return;
      case "step":
        if (event.status === "started") this.#underWay.set(event.urn, performance.now());
        else this.#step(event);
        return;
      case "message":
        this.#message(event);
        return;
      case "end":
        this.#end();
        if (event.ok) this.#options.write(this.#summary(event.counts, event.seconds));
    }
  }

  #begin(preview: boolean): void {
    this.#preview = preview;
    this.#count = 0;
    for (const map of [this.#ended, this.#children, this.#parents, this.#underWay]) map.clear();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#progress(), this.#options.status ? liveMs : silentMs).unref();
  }

  #step(event: StepEnd): void {
    const { urn, parent, operation } = event;
    this.#underWay.delete(urn);
    if (parent !== undefined && parent !== urn) this.#place(urn, parent);
    if (event.status === "failed") this.#options.write(this.#failed(event));
    else if (operation !== "same" || this.#options.verbose) {
      this.#ended.set(urn, [...(this.#ended.get(urn) ?? []), event]);
      this.#count++;
    }
  }

  #place(urn: string, parent: string): void {
    this.#parents.set(urn, parent);
    this.#children.set(parent, (this.#children.get(parent) ?? new Set()).add(urn));
  }

  #message({ urn, severity, text }: Extract<EngineEvent, { kind: "message" }>): void {
    // An error of the program ends the run, and is printed once, there.
    if (severity === "error" || (severity === "debug" && !this.#options.verbose) || text === "") return;
    const said = severity === "warning" ? this.#colours.yellow(text) : text;
    this.#options.write(`   ${urn ? `${nameOf(urn)}: ` : ""}${said}`);
  }

  /** Of what takes long, the three that have taken longest. */
  #progress(): void {
    const now = performance.now();
    const longest = [...this.#underWay].sort(([, one], [, other]) => one - other).slice(0, 3);
    if (longest.length === 0) return;
    const names = longest.map(([urn, since]) => `${nameOf(urn)} ${seconds((now - since) / 1_000)}`);
    const more = this.#underWay.size > longest.length ? ` and ${this.#underWay.size - longest.length} more` : "";
    const text = this.#colours.dim(`… ${this.#count} done, under way: ${names.join(", ")}${more}`);
    if (this.#options.status) this.#options.status(text);
    else this.#options.write(text);
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#options.status?.("");
    const tops = [...this.#ended.keys(), ...this.#parents.keys()].map((urn) => this.#topOf(urn));
    for (const top of new Set(tops)) this.#print(top, "");
  }

  /** What it is part of, right below the stack. */
  #topOf(urn: string): string {
    const parent = this.#parents.get(urn);
    return parent === undefined || parent.includes(`::${stackType}::`) ? urn : this.#topOf(parent);
  }

  #print(urn: string, indent: string): void {
    const events = this.#ended.get(urn) ?? [];
    const below = [...(this.#children.get(urn) ?? [])];
    // The stack holds all the others, and is no part of the tree.
    if (urn.includes(`::${stackType}::`)) return;
    const changed = below.filter((child) => this.#countOf(child) > 0);
    if (events.length === 0 && changed.length === 0) return;
    const whole = events.length === 1 && changed.length > 0 && this.#isWhole(urn, events[0]?.operation as Operation);
    if (whole && !this.#options.verbose) {
      const [event] = events as [StepEnd];
      this.#options.write(`${indent}${this.#line(event)} ${this.#colours.dim(`with ${this.#countOf(urn) - 1} in it`)}`);
      return;
    }
    if (events.length === 0) this.#options.write(`${indent}   ${this.#title(urn)}`);
    for (const event of events) this.#lines(event, indent);
    for (const child of changed) this.#print(child, `${indent}   `);
  }

  #countOf(urn: string): number {
    const own = this.#ended.get(urn)?.length ?? 0;
    return [...(this.#children.get(urn) ?? [])].reduce((sum, child) => sum + this.#countOf(child), own);
  }

  /** Whether all that is in it is new, or gone, with it. */
  #isWhole(urn: string, operation: Operation): boolean {
    if (operation !== "create" && operation !== "delete") return false;
    return [...(this.#children.get(urn) ?? [])].every(
      (child) =>
        (this.#ended.get(child) ?? []).every((event) => event.operation === operation) &&
        this.#isWhole(child, operation),
    );
  }

  #lines(event: StepEnd, indent: string): void {
    const { write, verbose } = this.#options;
    write(`${indent}${this.#line(event)}`);
    const { values = [] } = event;
    const shown = verbose ? values : values.slice(0, mostValues);
    for (const value of shown) write(`${indent}      ${this.#change(value)}`);
    if (values.length > shown.length)
      write(`${indent}      ${this.#colours.dim(`and ${values.length - shown.length} more`)}`);
  }

  #line({ urn, operation, seconds: took, changes, values = [] }: StepEnd): string {
    const { green, yellow, magenta, red, dim } = this.#colours;
    const paints: Partial<Record<Operation, (text: string) => string>> = {
      ...{ create: green, update: yellow, replace: magenta, delete: red, "delete-replaced": red },
    };
    const sign = (paints[operation] ?? dim)(signs[operation].padEnd(2));
    const verb = this.#preview ? `would be ${past[operation]}` : past[operation];
    const time = this.#preview || took < 0.001 ? "" : dim(` ${seconds(took)}`);
    const what = changes.length > 0 && values.length === 0 ? dim(` [${changes.join(", ")}]`) : "";
    return `${sign} ${this.#title(urn)} ${verb}${time}${what}`;
  }

  #title(urn: string): string {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    return `${this.#colours.bold(nameOf(urn))} ${this.#colours.dim(shortType(type))}`;
  }

  /** `environment.variables.SIZE: "1" → "2"` */
  #change({ path, ...values }: Change): string {
    const { red, green } = this.#colours;
    const before = "before" in values ? red(text(values.before)) : "(none)";
    const after = "after" in values ? green(text(values.after)) : "(none)";
    return `${path}: ${before} → ${after}`;
  }

  #failed({ urn, operation, error }: StepEnd): string {
    return `${this.#colours.red("✗")}  ${this.#title(urn)}: ${operation} failed: ${error}`;
  }

  #summary(counts: Counts, took: number): string {
    const { bold, dim } = this.#colours;
    const time = dim(`in ${seconds(took)}`);
    const parts = (Object.keys(counts) as Operation[]).filter((operation) => counts[operation] > 0);
    if (parts.every((operation) => operation === "same"))
      return `${bold(this.#preview ? "Nothing would change:" : "Nothing changed:")} ${counts.same} resources ${time}`;
    const said = parts.map((operation) => {
      const how = this.#preview && operation !== "same" ? `to ${operation}` : past[operation];
      return `${counts[operation]} ${how}`;
    });
    return `${bold("Resources:")} ${said.join(", ")} ${time}`;
  }
}

function text(value: unknown): string {
  const whole = JSON.stringify(value) ?? "(none)";
  return whole.length > longestValue ? `${whole.slice(0, longestValue)}…` : whole;
}

/** `aws:lambda/function:Function` as `aws:lambda:Function`, as the Pulumi CLI shows it; of a component its name. */
const shortType = (type: string): string => {
  const short = type.replace(/\/[^:]*:/, ":");
  return short.startsWith("aws:") || short.startsWith("pulumi:") ? short : (short.split(":").at(-1) as string);
};

const seconds = (took: number): string =>
  took < 1 ? `${Math.max(1, Math.round(took * 1000))} ms` : `${took.toFixed(1)} s`;
