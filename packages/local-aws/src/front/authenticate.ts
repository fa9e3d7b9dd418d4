/** Who sent a request: its signature, recomputed with the secret of the key that it names. */
import { timingSafeEqual } from "node:crypto";
import { isRegion } from "../arn.ts";
import type { AccessKey, Directory } from "../authorization/directory.ts";
import { AwsError, administrator, type Principal } from "../service.ts";
import type { Protocol, WireRequest } from "../wire/index.ts";
import { type Authorization, timeOf, timestampOf } from "./authorization.ts";
import { computeSignature } from "./signature.ts";

type Dialect = Protocol["dialect"];
type Reason =
  | "unsigned"
  | "incomplete"
  | "unknownKey"
  | "badToken"
  | "expired"
  | "skewed"
  | "presignExpired"
  | "mismatch";

/**
 * Codes and messages differ by protocol.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const codes: Record<
  Reason,
  { json: string; query: string; s3: string; status?: number; message: string; s3Message?: string }
> = {
  unsigned: {
    json: "MissingAuthenticationTokenException",
    query: "MissingAuthenticationToken",
    s3: "AccessDenied",
    message: "Missing Authentication Token",
  },
  incomplete: {
    json: "IncompleteSignatureException",
    query: "IncompleteSignature",
    s3: "AuthorizationHeaderMalformed",
    status: 400,
    message: "",
  },
  unknownKey: {
    json: "UnrecognizedClientException",
    query: "InvalidClientTokenId",
    s3: "InvalidAccessKeyId",
    message: "The security token included in the request is invalid.",
    s3Message: "The AWS Access Key Id you provided does not exist in our records.",
  },
  badToken: {
    json: "UnrecognizedClientException",
    query: "InvalidClientTokenId",
    s3: "InvalidToken",
    message: "The security token included in the request is invalid.",
    s3Message: "The provided token is malformed or otherwise invalid.",
  },
  expired: {
    json: "ExpiredTokenException",
    query: "ExpiredToken",
    s3: "ExpiredToken",
    message: "The security token included in the request is expired",
    s3Message: "The provided token has expired.",
  },
  skewed: {
    json: "InvalidSignatureException",
    query: "SignatureDoesNotMatch",
    s3: "RequestTimeTooSkewed",
    message: "",
    s3Message: "The difference between the request time and the current time is too large.",
  },
  presignExpired: {
    json: "InvalidSignatureException",
    query: "SignatureDoesNotMatch",
    s3: "AccessDenied",
    message: "",
    s3Message: "Request has expired",
  },
  mismatch: {
    json: "InvalidSignatureException",
    query: "SignatureDoesNotMatch",
    s3: "SignatureDoesNotMatch",
    message:
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    s3Message:
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  },
};

export function signatureError(dialect: Dialect, reason: Reason, said?: string): AwsError {
  const { json, query, s3, status = 403, message, s3Message } = codes[reason];
  const code = dialect === "s3" ? s3 : dialect === "query" ? query : json;
  const text = dialect === "s3" ? (s3Message ?? (said || message)) : said || message;
  // Only S3 answers an expired or unknown token with 400.
  const s3Status = reason === "expired" || reason === "badToken" ? 400 : status;
  return new AwsError(code, text, dialect === "json" ? 400 : dialect === "s3" ? s3Status : status);
}

const minutes = 60_000;

export interface Door {
  directory: Directory;
  accountId: string;
  /** The region that a request must be signed for. Default: any. */
  region?: string;
}

/** @throws AwsError in the words of the request's protocol. */
export function authenticate(
  door: Door,
  request: WireRequest,
  authorization: Authorization,
  payloadHash: string,
  dialect: Dialect,
): Principal {
  const { accessKeyId, sessionToken, region } = authorization;
  if (door.region ? region !== door.region : !isRegion(region)) throw wrongRegion(dialect, region, door.region);
  if (!["host", ":authority"].some((name) => authorization.signedHeaders.includes(name))) {
    throw signatureError(
      dialect,
      "incomplete",
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
  }
  if (dialect === "s3" && authorization.expires !== undefined) checkAllSigned(request, authorization);
  const key = findKey(door, accessKeyId);
  if (!key || key.status === "Inactive") throw signatureError(dialect, "unknownKey");
  if (key.sessionToken !== undefined || accessKeyId !== "test") {
    if (!same(key.sessionToken ?? "", sessionToken ?? "")) throw signatureError(dialect, "badToken");
  }
  checkTime(authorization, Date.now(), dialect);
  const expected = computeSignature(request, authorization, key.secretAccessKey, payloadHash);
  if (!same(expected, authorization.signature)) throw signatureError(dialect, "mismatch");
  if (key.expiration && Date.parse(key.expiration) <= Date.now()) throw signatureError(dialect, "expired");
  return key.principal;
}

/** Whose credentials these are, outside of a signed request. @throws AwsError in STS's words. */
export function identify(
  door: Door,
  {
    accessKeyId,
    secretAccessKey,
    sessionToken = "",
  }: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
): Principal {
  const key = findKey(door, accessKeyId);
  const isToken = accessKeyId === "test" || same(key?.sessionToken ?? "", sessionToken);
  if (!key || key.status === "Inactive" || !isToken) throw signatureError("query", "unknownKey");
  if (!same(key.secretAccessKey, secretAccessKey)) throw signatureError("query", "mismatch");
  if (key.expiration && Date.parse(key.expiration) <= Date.now()) throw signatureError("query", "expired");
  return key.principal;
}

/** S3 accepts no header of its own beside a presigned URL that the URL's signature does not cover. */
function checkAllSigned({ headers }: WireRequest, { signedHeaders }: Authorization): void {
  const own = Object.keys(headers).filter((name) => name.startsWith("x-amz-") && name !== "x-amz-content-sha256");
  const HeadersNotSigned = own.filter((name) => !signedHeaders.includes(name)).join(", ");
  if (HeadersNotSigned === "") return;
  const message = "There were headers present in the request which were not signed";
  throw new AwsError("AccessDenied", message, 403, { HeadersNotSigned });
}

const administrators = new Map<string, AccessKey>();

/** The key of that id: the administrator's, a user's or a session's. */
export function findKey({ directory, accountId }: Door, accessKeyId: string): AccessKey | undefined {
  if (accessKeyId !== "test") return directory.key(accessKeyId);
  let key = administrators.get(accountId);
  if (!key) {
    key = { accessKeyId, secretAccessKey: "test", issued: "", principal: administrator(accountId) };
    administrators.set(accountId, key);
  }
  return key;
}

function checkTime({ timestamp, expires }: Authorization, now: number, dialect: Dialect): void {
  const signed = timeOf(timestamp);
  if (signed > now + 15 * minutes) {
    const limit = timestampOf(now + 15 * minutes);
    throw signatureError(
      dialect,
      "skewed",
      `Signature not yet current: ${timestamp} is still later than ${limit} (${timestampOf(now)} + 15 min.)`,
    );
  }
  if (expires === undefined && signed < now - 15 * minutes) {
    const limit = timestampOf(now - 15 * minutes);
    throw signatureError(
      dialect,
      "skewed",
      `Signature expired: ${timestamp} is now earlier than ${limit} (${timestampOf(now)} - 15 min.)`,
    );
  }
  if (expires !== undefined && signed + expires * 1000 < now) {
    throw signatureError(
      dialect,
      "presignExpired",
      `Signature expired: ${timestamp} is now earlier than ${timestampOf(now - expires * 1000)}`,
    );
  }
}

function wrongRegion(dialect: Dialect, given: string, wanted: string | undefined): AwsError {
  const message = `Credential should be scoped to a valid region, not '${given}'.${wanted ? ` This one is '${wanted}'.` : ""}`;
  if (dialect === "s3") return new AwsError("AuthorizationHeaderMalformed", message, 400);
  return new AwsError(
    dialect === "query" ? "SignatureDoesNotMatch" : "InvalidSignatureException",
    message,
    dialect === "json" ? 400 : 403,
  );
}

/** Compared in constant time. */
export function same(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
}
