/** How states fail. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */

/** A failure as Retry and Catch see it. */
export class StateError extends Error {
  readonly error: string | undefined;
  override readonly cause: string | undefined;
  /** Where an expression of JSONata failed, as `Arguments/x`; histories have an event for it. */
  readonly location?: string;

  constructor(error: string | undefined, cause: string | undefined, location?: string) {
    super(cause ?? "");
    this.name = error ?? "";
    this.error = error;
    this.cause = cause;
    if (location !== undefined) this.location = location;
  }

  /** The same, its cause beginning with where it happened: for what the interpreter itself finds. */
  at(_where: string): StateError {
    return this;
  }
}

/** What a definition asks for is not in its input: nothing catches it by `States.ALL`. */
export class RuntimeError extends StateError {
  constructor(cause: string) {
    super("States.Runtime", cause);
  }

  override at(where: string): StateError {
    return new StateError(this.error, `${where} ${this.cause}`);
  }
}

/** An intrinsic function refuses its arguments. */
export class IntrinsicError extends StateError {
  constructor(cause: string) {
    super("States.IntrinsicFailure", cause);
  }

  override at(where: string): StateError {
    return new StateError(this.error, `${where} ${this.cause}`);
  }
}

/** An expression of JSONata fails, or gives what its field cannot take. */
export class EvaluationError extends StateError {
  constructor(cause: string, location: string | undefined) {
    super("States.QueryEvaluationError", cause, location);
  }

  override at(where: string): StateError {
    return new StateError(this.error, `${where} ${this.cause}`, this.location);
  }
}

/** The execution has been ended from outside: nobody catches it. */
export class Aborted extends Error {
  constructor() {
    super("the execution has ended");
  }
}
