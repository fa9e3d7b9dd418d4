import { logger } from "../lib/logger.ts";
import { RowError } from "./externalFunction.ts";

const known: Record<string, string> = {
  ResourceLimitExceeded: "the account's limit for such machines in SageMaker is reached",
  ThrottlingException: "SageMaker takes no more calls just now; try again",
};

/** What SageMaker refuses for a reason that the caller can do something about is a row's answer; all else goes on. */
export function refusals(error: unknown): unknown {
  const message = known[(error as Error).name];
  if (!message) return error;
  logger.warn("refused by SageMaker", error as Error);
  return new RowError(message);
}
