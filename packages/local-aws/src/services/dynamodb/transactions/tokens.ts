/** `ClientRequestToken`: a transaction that is sent again within ten minutes is not done again. */
import { createHash } from "node:crypto";
import { AwsError } from "../errors.ts";
import type { Database } from "../storage/database.ts";

const lifetime = 10 * 60_000;

/**
 * Runs `work`, which makes the transaction's writes, unless the same request was done with this token.
 * @returns whether it was done now, not before.
 * @throws AwsError `IdempotentParameterMismatchException` when the token belongs to another request.
 */
export function once(db: Database, token: string | undefined, request: unknown, work: () => void): boolean {
  if (token === undefined) {
    db.transaction(work);
    return true;
  }
  const digest = createHash("sha256").update(canonical(request)).digest("base64");
  return db.transaction(() => {
    const found = db.prepare("SELECT request, at FROM tokens WHERE token = ?").get(token);
    if (found && Number(found.at) > Date.now() - lifetime) {
      if (found.request === digest) return false;
      throw new AwsError(
        "IdempotentParameterMismatchException",
        "The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical.",
        400,
      );
    }
    work();
    db.prepare("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)").run(token, digest, Date.now());
    return true;
  });
}

/** JSON in which the order of members does not count. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
