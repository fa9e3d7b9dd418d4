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

  /** As histories and executions have it. */
  get reason(): { error?: string; cause?: string } {
    const { error, cause } = this;
    return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  }
}

/** What the interpreter itself finds: its cause begins with where it happened. */
class FoundError extends StateError {
  override at(where: string): StateError {
    return new StateError(this.error, `${where} ${this.cause}`, this.location);
  }
}

/** What a definition asks for is not in its input: nothing catches it by `States.ALL`. */
export class RuntimeError extends FoundError {
  constructor(cause: string) {
    super("States.Runtime", cause);
  }
}

/** An intrinsic function refuses its arguments. */
export class IntrinsicError extends FoundError {
  constructor(cause: string) {
    super("States.IntrinsicFailure", cause);
  }
}

/** An expression of JSONata fails, or gives what its field cannot take. */
export class EvaluationError extends FoundError {
  constructor(cause: string, location: string | undefined) {
    super("States.QueryEvaluationError", cause, location);
  }
}

/** The execution has been ended from outside: nobody catches it. */
export class Aborted extends Error {
  constructor() {
    super("the execution has ended");
  }
}

/** What a state may give on, in bytes. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const maxBytes = 262_144;

/** @param text JSON of a result. @param of the state or resource that gave it. @throws StateError `States.DataLimitExceeded` */
export function checkSize(text: string, of: string): void {
  if (Buffer.byteLength(text) <= maxBytes) return;
  throw new StateError(
    "States.DataLimitExceeded",
    `The state/task '${of}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}
