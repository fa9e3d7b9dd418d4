/** What is told of a request: its path, and of its answer why it was refused, never more than its message. */
import { Buffer } from "node:buffer";

/** Longer answers are no messages. */
const longest = 8_192;

/** The path without what may be a secret: a part as long as a key or a token. */
export const shownPath = (path: string): string => (path.length < 40 ? path : path.replace(/[^/]{40,}/g, "…"));

/** @returns the `message` of a refused or failed request's JSON; `undefined` for one that succeeded, or says none. */
export function messageOf({ status, body }: { status: number; body: Buffer | string }): string | undefined {
  if (status < 400 || Buffer.byteLength(body) > longest) return undefined;
  try {
    const { message, Message = message } = JSON.parse(body.toString()) as Record<string, unknown>;
    return typeof Message === "string" && Message !== "" ? Message : undefined;
  } catch {
    return undefined;
  }
}
