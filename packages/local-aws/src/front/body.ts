import type { Readable } from "node:stream";
import { collect } from "../kit/collect.ts";
import { AwsError } from "../service.ts";

/** Bytes of a request to any service but S3, whose bodies stream: a function's package of 50 MB is 70 MB of base64. */
const maxBody = 100 * 1024 * 1024;

const tooLarge = () =>
  new AwsError("RequestEntityTooLargeException", `Request must be smaller than ${maxBody} bytes`, 413);

export const wholeBody = (stream: Readable): Promise<Buffer> => collect(stream, maxBody, tooLarge);
