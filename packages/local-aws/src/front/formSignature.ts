/**
 * Who signed a form's policy: forms carry a signature of the policy in fields, in place of one of the request.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 */
import { createHmac } from "node:crypto";
import type { Principal } from "../service.ts";
import { type Door, findKey, same, signatureError } from "./authenticate.ts";
import { signingKey } from "./signature.ts";
import { mismatch } from "./signatureV2.ts";

/** @param fields by their names in lower case. @throws AwsError in S3's words. */
export function authenticateForm(door: Door, fields: ReadonlyMap<string, string>): Principal {
  const policy = fields.get("policy") ?? "";
  const credential = fields.get("x-amz-credential");
  const [accessKeyId = "", date = "", region = "", service = ""] = (
    credential ??
    fields.get("awsaccesskeyid") ??
    ""
  ).split("/");
  const key = findKey(door, accessKeyId);
  if (!key || key.status === "Inactive") throw signatureError("s3", "unknownKey");
  if (accessKeyId !== "test" && !same(key.sessionToken ?? "", fields.get("x-amz-security-token") ?? ""))
    throw signatureError("s3", "badToken");
  if (key.expiration && Date.parse(key.expiration) <= Date.now()) throw signatureError("s3", "expired");
  // Version 2, which browsers' uploads still use, has neither date nor region.
  const expected =
    credential === undefined
      ? createHmac("sha1", key.secretAccessKey).update(policy).digest("base64")
      : createHmac("sha256", signingKey(key.secretAccessKey, date, region, service))
          .update(policy)
          .digest("hex");
  const given = fields.get(credential === undefined ? "signature" : "x-amz-signature") ?? "";
  if (!same(expected, given)) throw mismatch(accessKeyId, given, policy);
  return key.principal;
}
