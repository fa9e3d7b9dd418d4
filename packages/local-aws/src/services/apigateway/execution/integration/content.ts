/**
 * Conversions of binary bodies.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
 */

import { isUtf8 } from "node:buffer";
import type { ContentHandlingStrategy } from "@aws-sdk/client-api-gateway";
import { misconfigured } from "../failure.ts";

/** @param binary whether the body's media type is one of the API's binary ones. */
export function converted(body: Buffer, handling: ContentHandlingStrategy | undefined, binary: boolean): Buffer {
  if (handling === "CONVERT_TO_BINARY") return binary ? body : Buffer.from(body.toString(), "base64");
  if (binary) return handling === "CONVERT_TO_TEXT" ? Buffer.from(body.toString("base64")) : body;
  // Text: what is not UTF-8 is replaced.
  return isUtf8(body) ? body : Buffer.from(body.toString());
}

/** A body for a template. @throws GatewayFailure 500 when it is binary. */
export function textOf(body: Buffer, what: "request" | "response"): string {
  if (isUtf8(body)) return body.toString();
  throw misconfigured(`Execution failed due to configuration error: Unable to transform ${what}`);
}
