import { createHash } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import { collect } from "../kit/collect.ts";
import { AwsError } from "../service.ts";

/** Bytes of a request to any service but S3, whose bodies stream: a function's package of 50 MB is 70 MB of base64. */
const maxBody = 100 * 1024 * 1024;

const tooLarge = () =>
  new AwsError("RequestEntityTooLargeException", `Request must be smaller than ${maxBody} bytes`, 413);

export const wholeBody = (stream: Readable): Promise<Buffer> => collect(stream, maxBody, tooLarge);

/** Passes a body on, and fails at its end unless it is the one that was signed. */
export function verified(stream: Readable, expected: string): Readable {
  const hash = createHash("sha256");
  const check = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      if (hash.digest("hex") === expected) return done();
      const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      done(new AwsError("XAmzContentSHA256Mismatch", message, 400));
    },
  });
  stream.on("error", (error) => check.destroy(error));
  return stream.pipe(check);
}
