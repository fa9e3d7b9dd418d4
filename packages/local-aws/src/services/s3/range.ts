import { AwsError } from "../../service.ts";
import { invalidArgument, invalidRequest } from "./errors.ts";
import type { Version } from "./records.ts";

/** Bytes `start` to `end`, exclusive. */
export interface Range {
  start: number;
  end: number;
}

/**
 * `bytes=0-99`, `bytes=100-`, `bytes=-100`. What is not of that form, or asks for several ranges, means all, as in S3.
 * @throws AwsError `InvalidRange` (416) for a range beyond the end.
 */
export function readRange(header: string | undefined, size: number): Range | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", second = ""] = match;
  const start = first === "" ? Math.max(0, size - Number(second)) : Number(first);
  const end = first === "" || second === "" ? size : Math.min(size, Number(second) + 1);
  if (first !== "" && second !== "" && Number(second) < Number(first)) return undefined;
  if (start >= size || (first === "" && Number(second) === 0)) {
    throw new AwsError("InvalidRange", "The requested range is not satisfiable", 416, {
      RangeRequested: header,
      ActualObjectSize: size,
    });
  }
  return { start, end };
}

/** Bytes of one part of an object made of parts; any other object has one part, the whole. */
export function partRange(version: Version, number: number): Range {
  const parts = version.parts ?? [{ number: 1, size: version.size }];
  const index = number - 1;
  const part = parts[index];
  if (!part) {
    throw new AwsError("InvalidPartNumber", "The requested partnumber is not satisfiable", 416, {
      PartNumberRequested: number,
      ActualPartCount: parts.length,
    });
  }
  const start = parts.slice(0, index).reduce((sum, { size }) => sum + size, 0);
  return { start, end: start + part.size };
}

/** `x-amz-copy-source-range: bytes=0-99`: both ends, within the source. @throws AwsError */
export function copyRange(header: string | undefined, size: number): Range {
  if (header === undefined) return { start: 0, end: size };
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  const [start, end] = [Number(match?.[1]), Number(match?.[2]) + 1];
  if (!match || start >= end) {
    throw invalidArgument(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
      "x-amz-copy-source-range",
      header,
    );
  }
  if (start >= size) throw invalidRequest("The specified copy range is invalid for the source object size");
  if (end > size) {
    const message = `Range specified is not valid for source object of size: ${size}`;
    throw invalidArgument(message, "x-amz-copy-source-range", header);
  }
  return { start, end };
}
