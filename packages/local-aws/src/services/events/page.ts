import { AwsError } from "../../service.ts";

/** One page of a list; the token is where the next begins. @throws AwsError `ValidationException` for a token that is none. */
export function page<T>(
  all: T[],
  {
    NextToken: token,
    Limit: limit,
    MaxResults: max,
  }: { NextToken?: string | undefined; Limit?: number | undefined; MaxResults?: number | undefined },
): { items: T[]; NextToken: string | undefined } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError("ValidationException", "Parameter NextToken is not valid.", 400);
  const end = start + (limit ?? max ?? 100);
  return {
    items: all.slice(start, end),
    NextToken: end < all.length ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}
