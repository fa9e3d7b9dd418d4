/** Paginated lists, as in every AWS service. */
import { AwsError } from "../service.ts";

/** The unique key of a list's item, by which the list is ordered. */
export type Key = string | number | readonly (string | number)[];

/** Where a page begins and how long it is: AWS's services use several names for both. */
export interface PageRequest {
  NextToken?: string | undefined;
  nextToken?: string | undefined;
  Marker?: string | undefined;
  position?: string | undefined;
  MaxResults?: number | undefined;
  maxResults?: number | undefined;
  MaxItems?: number | undefined;
  MaxRecords?: number | undefined;
  Limit?: number | undefined;
  limit?: number | undefined;
}

export interface PageOptions {
  /** Items per page when the request does not set it. Default 100. */
  size?: number;
  /** Most items per page, however many are requested. Default: no limit. */
  most?: number;
  /** Descending order of keys. Default: ascending. */
  descending?: boolean;
  /** The service's own error for an invalid token. Default: `ValidationException`. */
  invalid?: () => AwsError;
}

export interface Page<T> {
  items: T[];
  /** The token of the next page; `undefined` after the last. */
  next: string | undefined;
}

/**
 * One page of a list in the order of its keys. The token is the key of the page's last item, so that what is made or deleted
 * between two pages neither hides an item from the caller nor shows one twice.
 * @param key of an item.
 * @throws AwsError for an invalid token.
 */
export function page<T>(items: readonly T[], request: PageRequest, key: (item: T) => Key, options: PageOptions = {}) {
  const { size = 100, most = Number.POSITIVE_INFINITY, descending = false, invalid = invalidToken } = options;
  const token = request.NextToken ?? request.nextToken ?? request.Marker ?? request.position;
  const asked = request.MaxResults ?? request.maxResults ?? request.MaxItems ?? request.MaxRecords;
  const direction = descending ? -1 : 1;
  const keyed = items.map((item): [parts: Parts, item: T] => [parts(key(item)), item]);
  keyed.sort(([a], [b]) => direction * compare(a, b));
  const last = token === undefined ? undefined : read(token, invalid);
  const rest = last ? keyed.filter(([one]) => direction * compare(one, last) > 0) : keyed;
  const count = Math.min((asked ?? request.Limit ?? request.limit) || size, most);
  const chosen = rest.slice(0, Math.max(count, 1));
  const end = chosen.at(-1)?.[0];
  return {
    items: chosen.map(([, item]) => item),
    next: end && chosen.length < rest.length ? Buffer.from(JSON.stringify(end)).toString("base64url") : undefined,
  };
}

type Parts = readonly (string | number)[];

const parts = (key: Key): Parts => (typeof key === "object" ? key : [key]);

const invalidToken = () => new AwsError("ValidationException", "Parameter NextToken is not valid.", 400);

function read(token: string, invalid: () => AwsError): Parts {
  try {
    const found: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    const isKey = Array.isArray(found) && found.every((part) => typeof part === "string" || typeof part === "number");
    if (isKey) return found;
  } catch {
    // Text that is not JSON is not a token either.
  }
  throw invalid();
}

/** Part by part; numbers come before texts. */
function compare(a: Parts, b: Parts): number {
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (one === other) continue;
    if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return a.length - b.length;
}
