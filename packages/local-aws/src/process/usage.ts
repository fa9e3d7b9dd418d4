/** An invalid command line: the message is all that the user sees. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws {UsageError} naming the option and what is allowed. */
export function port(name: string, text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new UsageError(`${name} is "${text}"; allowed is a whole number from 0 (a free one) to 65535`);
}
