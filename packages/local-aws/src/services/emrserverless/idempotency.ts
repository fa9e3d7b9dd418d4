import { createHash } from "node:crypto";
import { conflict } from "./names.ts";
import type { Records } from "./records.ts";

/**
 * A request with the token of an earlier one is a repeat: it creates nothing, and gets the first one's answer.
 * @param make called with the id that the first request created, if any; its answer contains the id.
 * @throws AwsError `ConflictException` when the token was used for another request.
 */
export function onceByToken<
  Input extends { clientToken?: string | undefined },
  Output extends { applicationId: string; jobRunId?: string },
>(records: Records, scope: string, input: Input, make: (id?: string) => Output): Output {
  const { clientToken, ...rest } = input;
  if (!clientToken) return make();
  const key = `${scope} ${clientToken}`;
  const request = createHash("sha256").update(JSON.stringify(rest)).digest("hex");
  const earlier = records.tokens.get(key);
  if (earlier && earlier.request !== request) {
    throw conflict("The client token was already used for a request with other parameters");
  }
  if (earlier) return make(earlier.id);
  const output = make();
  records.tokens.put(key, { request, id: output.jobRunId ?? output.applicationId });
  return output;
}
