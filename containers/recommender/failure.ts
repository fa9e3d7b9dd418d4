/** A mistake of whoever started the job or sent the request: its message alone is what they see, no stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** One line that says what went wrong, for the log and for SageMaker's `FailureReason`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" || error instanceof UserError ? error.message : `${error.name}: ${error.message}`;
}
