/** A state that runs: its data on their way through its fields. */

import { PathError, putAt } from "../../../jsonPath/evaluate.ts";
import { parsePath } from "../../../jsonPath/read.ts";
import type { State } from "./definition.ts";
import { EvaluationError, RuntimeError, type StateError } from "./failure.ts";
import type { Frame } from "./frame.ts";
import { evaluateJsonata } from "./jsonata.ts";
import type { Scope } from "./scope.ts";
import { evaluateReference, evaluateTemplate } from "./template.ts";

/** What expressions of JSONata see beside the input: `$states.result`, `$states.errorOutput`. */
export interface Seen {
  result?: unknown;
  errorOutput?: unknown;
}

/** What a state gives to the next one. */
export interface Outcome {
  output: unknown;
  /** The next state; none at the end. */
  next: string | undefined;
  /** Variables that it sets. */
  assigned: Record<string, unknown>;
}

/** A path may lead to a text that is a whole number. */
export const numberIn = (value: unknown): unknown =>
  typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** A value in the words of causes: texts without quotes. */
export const shownValue = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export class Running {
  readonly frame: Frame;
  readonly name: string;
  readonly state: State;
  /** Raw input. */
  readonly input: unknown;
  /** Number of its event, for causes. */
  readonly enteredId: number;
  /** Where it is in the execution, the time that it is there among it. */
  readonly place: string;
  readonly jsonata: boolean;
  readonly #entered = Date.now();
  retryCount = 0;

  constructor(frame: Frame, name: string, state: State, input: unknown, enteredId: number, place: string) {
    this.frame = frame;
    this.name = name;
    this.state = state;
    this.input = input;
    this.enteredId = enteredId;
    this.place = place;
    this.jsonata = (state.QueryLanguage ?? frame.language) === "JSONata";
  }

  /** Of one attempt. */
  get attempt(): string {
    return `${this.place} ${this.retryCount}`;
  }

  /** The context object. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
  get context(): Record<string, unknown> {
    const { surroundings, map } = this.frame;
    const { place } = this;
    const entered = this.#entered;
    if (surroundings.trial?.context) return surroundings.trial.context;
    const attempt = this.attempt;
    return {
      ...surroundings.context,
      ...(map && { Map: map }),
      State: {
        // Kept over a restart once somebody has seen it: few look, and each write costs more than many a state.
        get EnteredTime() {
          return surroundings.keep(`${place} entered`, () => new Date(entered).toISOString());
        },
        Name: this.name,
        ...(["Task", "Map", "Parallel"].includes(this.state.Type) && { RetryCount: this.retryCount }),
      },
      ...(this.state.Type === "Task" &&
        String(this.state.Resource).endsWith(".waitForTaskToken") && { Task: { Token: surroundings.token(attempt) } }),
    };
  }

  scope(input: unknown, context = this.context): Scope {
    return { input, context, variables: this.frame.variables };
  }

  /** JSONata. */
  evaluate(template: unknown, field: string, seen: Seen = {}): Promise<unknown> {
    const bindings = { ...this.frame.variables.all(), states: { input: this.input, context: this.context, ...seen } };
    return evaluateJsonata(template, bindings, field);
  }

  inspect(stage: string, value: unknown): void {
    this.frame.surroundings.trial?.inspect(stage, value);
  }

  /** A template of either language. */
  async fill(template: unknown, field: string, input: unknown, seen: Seen = {}): Promise<unknown> {
    return this.jsonata ? this.evaluate(template, field, seen) : evaluateTemplate(template, this.scope(input));
  }

  /** A number or text that stands in a field, or to which the field with `Path` leads. */
  async valueOf(field: string): Promise<unknown> {
    const { state } = this;
    if (state[field] !== undefined) return this.jsonata ? this.evaluate(state[field], field) : state[field];
    const path = state[`${field}Path`];
    return path === undefined ? undefined : evaluateReference(path, this.scope(this.input));
  }

  /** What a path leads to. @throws RuntimeError */
  reference(path: string, input: unknown): unknown {
    return evaluateReference(path, this.scope(input));
  }

  /** `Arguments` or `Parameters` of a field that calls a service. */
  argumentsOf(field: "ItemReader" | "ResultWriter"): Promise<unknown> {
    const member = this.jsonata ? "Arguments" : "Parameters";
    return this.fill(this.state[field][member], `${field}/${member}`, this.selectedInput());
  }

  /** What is wrong with a field's value. */
  refusal(field: string, cause: string): StateError {
    return this.jsonata ? new EvaluationError(cause, field) : new RuntimeError(cause);
  }

  /** What an iteration of a Map begins with: the item, or what ItemSelector makes of it, with the item in the context. */
  async item(Index: number, Value: unknown): Promise<unknown> {
    const { ItemSelector, Parameters } = this.state;
    const selector = ItemSelector ?? (this.jsonata ? undefined : Parameters);
    if (selector === undefined) return Value;
    const context = { ...this.context, Map: { Item: { Index, Value } } };
    if (!this.jsonata) return evaluateTemplate(selector, this.scope(this.selectedInput(), context));
    const bindings = { ...this.frame.variables.all(), states: { input: this.input, context } };
    return evaluateJsonata(selector, bindings, "ItemSelector");
  }

  /** The part of the input that the state works with. */
  selectedInput(): unknown {
    const { InputPath } = this.state;
    if (this.jsonata) return this.input;
    let selected = this.input;
    if (InputPath !== undefined) selected = InputPath === null ? {} : this.reference(InputPath, this.input);
    this.inspect("afterInputPath", selected);
    return selected;
  }

  /** Effective input: after InputPath and Parameters, or Arguments. */
  async effectiveInput(): Promise<unknown> {
    const { Parameters, Arguments } = this.state;
    if (this.jsonata) {
      const given = Arguments === undefined ? this.input : await this.evaluate(Arguments, "Arguments");
      this.inspect("afterArguments", given);
      return given;
    }
    const selected = this.selectedInput();
    const given = Parameters === undefined ? selected : evaluateTemplate(Parameters, this.scope(selected));
    this.inspect("afterParameters", given);
    return given;
  }

  /** Sets of variables, by Assign of the state, or of one of its rules or catchers. */
  async assigned(assign: unknown, input: unknown, seen: Seen, field = "Assign"): Promise<Record<string, unknown>> {
    return assign === undefined ? {} : ((await this.fill(assign, field, input, seen)) as Record<string, unknown>);
  }

  /** From the result to the output: ResultSelector, ResultPath, OutputPath, or Output. */
  async outcome(result: unknown, next = this.state.Next as string | undefined): Promise<Outcome> {
    const { state } = this;
    if (state.Type === "Task") this.inspect("result", result);
    const seen = { result };
    if (this.jsonata) {
      const assigned = await this.assigned(state.Assign, undefined, seen);
      const output = state.Output === undefined ? result : await this.evaluate(state.Output, "Output", seen);
      return { output, next, assigned };
    }
    const assigned = await this.assigned(state.Assign, result, seen);
    let selected = result;
    if (state.ResultSelector !== undefined) selected = evaluateTemplate(state.ResultSelector, this.scope(result));
    this.inspect("afterResultSelector", selected);
    const whole = this.placed(state.ResultPath, selected);
    this.inspect("afterResultPath", whole);
    return { output: this.output(whole), next, assigned };
  }

  /** By ResultPath into the raw input. */
  placed(path: string | null | undefined, value: unknown): unknown {
    if (path === null) return this.input;
    if (path === undefined || path === "$") return value;
    try {
      return putAt(parsePath(path), this.input, value);
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      throw new RuntimeError(
        `Unable to apply ReferencePath ${path} to input ${JSON.stringify(this.input)}: ${error.message}`,
      );
    }
  }

  /** By OutputPath. */
  output(value: unknown): unknown {
    const { OutputPath } = this.state;
    if (OutputPath === undefined) return value;
    return OutputPath === null ? {} : evaluateReference(OutputPath, this.scope(value));
  }
}
