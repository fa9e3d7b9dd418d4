/** Why a transaction was cancelled: one reason for each of its parts. */
import { AwsError } from "../errors.ts";

export interface Reason {
  Code: string;
  Message?: string;
  Item?: unknown;
}

export const none: Reason = { Code: "None" };

/** What became of one part. @param error what it failed with. */
export function reasonOf(error: unknown): Reason {
  if (!(error instanceof AwsError)) throw error;
  switch (error.code) {
    case "ConditionalCheckFailedException":
      return {
        Code: "ConditionalCheckFailed",
        Message: error.message,
        ...(error.members.Item !== undefined && { Item: error.members.Item }),
      };
    case "DuplicateItemException":
      return { Code: "DuplicateItem", Message: error.message };
    case "ValidationException":
      return { Code: "ValidationError", Message: error.message };
    default:
      throw error;
  }
}

export function cancelled(reasons: Reason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(", ");
  return new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons: reasons },
  );
}

/** Does one thing after the other; when some fail, says of each what became of it. @throws AwsError `TransactionCanceledException` */
export function together<T, R>(parts: T[], work: (part: T) => R): R[] {
  const reasons: Reason[] = [];
  const results: R[] = [];
  for (const part of parts) {
    try {
      results.push(work(part));
      reasons.push(none);
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  if (reasons.some((one) => one !== none)) throw cancelled(reasons);
  return results;
}
