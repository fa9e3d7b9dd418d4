/**
 * `aws-chunked` bodies, which carry signatures of their chunks or a checksum after the last one.
 * Chunk signatures are not verified: the request's own signature is, and the checksum covers the body.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
import { AwsError } from "../../service.ts";
import { readAlgorithm } from "./checksum.ts";
import type { Algorithm } from "./hashers.ts";

/** Longest line of framing: size, signature, or a trailing header. */
const maxLine = 8192;

const incomplete = () => new AwsError("IncompleteBody", "The request body terminated unexpectedly", 400);
const malformed = () => new AwsError("InvalidRequest", "The body is not a valid aws-chunked stream.", 400);

/** Gives the content, and after its end the trailing headers in lower case. */
export class AwsChunkedDecoder {
  readonly trailers = new Map<string, string>();
  /** Algorithm of the checksum that comes after the body. */
  readonly announced: Algorithm | undefined;
  #state: "size" | "data" | "dataEnd" | "trailers" | "end" = "size";
  #left = 0;
  #line = Buffer.alloc(0);

  /** @param trailer `x-amz-trailer`, as in `x-amz-checksum-crc32`. */
  constructor(trailer: string | undefined) {
    const name = /^x-amz-checksum-(\w+)$/i.exec(trailer?.trim() ?? "")?.[1];
    this.announced = name === undefined ? undefined : readAlgorithm(name);
  }

  /** @returns what is content in it: parts of the same memory. @throws AwsError */
  decode(chunk: Buffer): Buffer[] {
    const parts: Buffer[] = [];
    let at = 0;
    while (at < chunk.length && this.#state !== "end") {
      if (this.#state === "data") {
        const part = chunk.subarray(at, at + this.#left);
        parts.push(part);
        at += part.length;
        this.#left -= part.length;
        if (this.#left === 0) this.#state = "dataEnd";
        continue;
      }
      const end = chunk.indexOf(0x0a, at);
      const piece = chunk.subarray(at, end < 0 ? undefined : end);
      this.#line = this.#line.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#line, piece]);
      if (this.#line.length > maxLine) throw malformed();
      if (end < 0) break;
      at = end + 1;
      const line = this.#line.toString("latin1").replace(/\r$/, "");
      this.#line = Buffer.alloc(0);
      this.#take(line);
    }
    return parts;
  }

  /** To be called after the last chunk. @throws AwsError where content is missing. */
  end(): void {
    // A trailer block may end with the body, without its empty line.
    const ended = this.#state === "end" || (this.#state === "trailers" && this.#line.length === 0);
    if (!ended) throw incomplete();
  }

  #take(line: string): void {
    if (this.#state === "dataEnd") {
      if (line !== "") throw malformed();
      this.#state = "size";
    } else if (this.#state === "size") {
      const size = /^([0-9a-fA-F]{1,12})(?:;.*)?$/.exec(line)?.[1];
      if (size === undefined) throw malformed();
      this.#left = Number.parseInt(size, 16);
      this.#state = this.#left > 0 ? "data" : "trailers";
    } else if (line === "") {
      this.#state = "end";
    } else {
      const colon = line.indexOf(":");
      if (colon < 1) throw malformed();
      this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
  }
}
