/**
 * Turns a runtime's output into log events: standard output and error line by line, and what its logger sends as
 * frames, which keep several lines together, with their time.
 */
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Takes one event: milliseconds since the epoch, and text. */
export type Sink = (timestamp: number, message: string) => void;

/** An unterminated line is cut after this many characters. */
const maxLine = 256 * 1024;

/** Reads lines until the stream ends. @returns a function that sends a line without an end. */
export function readLines(stream: Readable, sink: Sink): () => void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() as string;
    const now = Date.now();
    // An empty line is no event.
    for (const line of lines) if (line !== "") sink(now, `${line}\n`);
    if (rest.length > maxLine) flush();
  });
  const flush = () => {
    if (rest) sink(Date.now(), rest);
    rest = "";
  };
  stream.once("end", flush);
  stream.on("error", () => {});
  return flush;
}

/** Type, length of the message, and microseconds since the epoch. */
const headerBytes = 16;
/** What every type of frame begins with; its last byte encodes level and format, which the message contains as well. */
const magic = 0xa55a00;

/**
 * Reads the frames in which AWS's runtime interface clients write to `_LAMBDA_TELEMETRY_LOG_FD`.
 * https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/bootstrap.py
 */
export function readFrames(stream: Readable, sink: Sink): void {
  let rest: Buffer = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= headerBytes) {
      if (rest.readUIntBE(0, 3) !== magic) {
        // Not a frame: something else wrote to the stream; treated as a line of text.
        sink(Date.now(), rest.toString());
        rest = Buffer.alloc(0);
        return;
      }
      const end = headerBytes + rest.readUInt32BE(4);
      if (rest.length < end) return;
      const milliseconds = Number(rest.readBigUInt64BE(8) / 1000n);
      sink(milliseconds, rest.toString("utf8", headerBytes, end));
      rest = rest.subarray(end);
    }
  });
  stream.on("error", () => {});
}
