import { explainNetwork } from "./network.ts";

/** A mistake of the user's or a state of the world that the user can mend: one line, no stack trace, exit code 1. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** What to do about the errors that anyone meets sooner or later, by the SDK's error names. */
const remedies: Record<string, string> = {
  CredentialsProviderError: "No AWS credentials were found. Sign in (aws sso login) or set AWS_PROFILE.",
  ExpiredToken: "The AWS credentials have expired. Sign in again (aws sso login).",
  ExpiredTokenException: "The AWS credentials have expired. Sign in again (aws sso login).",
  UnrecognizedClientException: "AWS does not know these credentials. Check AWS_PROFILE, or sign in again.",
  InvalidClientTokenId: "AWS does not know these credentials. Check AWS_PROFILE, or sign in again.",
  SignatureDoesNotMatch: "The secret key does not belong to the access key. Check AWS_PROFILE.",
  RequestExpired: "This machine's clock differs from AWS's by more than 15 minutes. Set the clock.",
};

/** Errors whose name says nothing to a user: of their words all is said. */
const plain = new Set(["Error", "EngineError"]);

/** One line for the user, whatever was thrown. */
export function explain(error: unknown): string {
  if (error instanceof Failure) return error.message;
  const { name = "Error", message = String(error) } = error as Error;
  // Credentials are looked for at addresses, too, that are not there on most machines: that is no fault of the network.
  return remedies[name] ?? explainNetwork(error) ?? (plain.has(name) ? message : `${name}: ${message}`);
}
