/** ListStreams, DescribeStream, GetShardIterator and GetRecords. */
import { createHash } from "node:crypto";
import { array, object } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { AwsError, invalid } from "../errors.ts";
import { streamOf, tableOf } from "../names.ts";
import type { StreamDefinition } from "../tables/definition.ts";
import { keySchema } from "../tables/describe.ts";
import type { Kept } from "./streams.ts";

type Json = Record<string, unknown>;

/** Bytes of records in one answer, about. */
const largestPage = 1024 * 1024;
/** Milliseconds for which an iterator is good. */
const iteratorLifetime = 15 * 60_000;

const arnOf = ({ around }: Engine, { table, label }: StreamDefinition) =>
  `${around.names.table(table)}/stream/${label}`;

/** AWS's shard ids have a time and a random part. */
function shardId({ id, created }: StreamDefinition): string {
  const random = createHash("md5").update(`${id} ${created}`).digest("hex").slice(0, 8);
  return `shardId-${String(created).padStart(20, "0")}-${random}`;
}

/** Sequence numbers have at least 21 digits: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html */
const sequence = (seq: number): string => String(seq).padStart(21, "0");

function find(engine: Engine, arn: string): StreamDefinition {
  const stream = engine.streams.find(tableOf(arn), arn.split("/stream/")[1] ?? "");
  if (stream && arnOf(engine, stream) === arn) return stream;
  throw new AwsError("ResourceNotFoundException", `Requested resource not found: Stream: ${arn} not found`, 400);
}

export function listStreams(
  engine: Engine,
  input: { TableName?: string; Limit?: number; ExclusiveStartStreamArn?: string },
): Json {
  const { TableName, Limit = 100, ExclusiveStartStreamArn: start } = input;
  const wanted = engine.streams.all().filter(({ table }) => TableName === undefined || table === tableOf(TableName));
  const first = start === undefined ? 0 : wanted.findIndex((one) => arnOf(engine, one) === start) + 1;
  const page = wanted.slice(first, first + Limit);
  const last = page.at(-1);
  return {
    Streams: page.map((one) => ({ StreamArn: arnOf(engine, one), StreamLabel: one.label, TableName: one.table })),
    ...(last && first + Limit < wanted.length && { LastEvaluatedStreamArn: arnOf(engine, last) }),
  };
}

export function describeStream(
  engine: Engine,
  { StreamArn, ExclusiveStartShardId }: { StreamArn: string; ExclusiveStartShardId?: string },
): Json {
  const stream = find(engine, StreamArn);
  const ended = stream.ended !== undefined;
  const shard = {
    ShardId: shardId(stream),
    SequenceNumberRange: {
      StartingSequenceNumber: sequence(1),
      // The shard of a stream that goes on is open: it has no end.
      ...(ended && { EndingSequenceNumber: sequence(Math.max(1, engine.streams.last(stream))) }),
    },
  };
  return {
    StreamDescription: {
      StreamArn,
      StreamLabel: stream.label,
      StreamStatus: ended ? "DISABLED" : "ENABLED",
      StreamViewType: stream.view,
      CreationRequestDateTime: stream.created / 1000,
      TableName: stream.table,
      KeySchema: keySchema(stream),
      Shards: ExclusiveStartShardId === shard.ShardId ? [] : [shard],
    },
  };
}

interface IteratorInput {
  StreamArn: string;
  ShardId: string;
  ShardIteratorType: "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER" | "TRIM_HORIZON" | "LATEST";
  SequenceNumber?: string;
}

export function getShardIterator(engine: Engine, input: IteratorInput): Json {
  const stream = find(engine, input.StreamArn);
  if (input.ShardId !== shardId(stream)) {
    throw new AwsError(
      "ResourceNotFoundException",
      `Requested resource not found: Shard: ${input.ShardId} in Stream: ${input.StreamArn} not found`,
      400,
    );
  }
  return { ShardIterator: iterator(input.StreamArn, startOf(engine, stream, input)) };
}

function startOf({ streams }: Engine, stream: StreamDefinition, input: IteratorInput): number {
  const { ShardIteratorType: type, SequenceNumber } = input;
  if (type === "TRIM_HORIZON") return streams.first(stream);
  if (type === "LATEST") return streams.last(stream) + 1;
  if (SequenceNumber === undefined) {
    throw invalid(`SequenceNumber must be specified when ShardIteratorType is ${type}`);
  }
  const seq = Number(SequenceNumber);
  if (!/^\d+$/.test(SequenceNumber) || seq > streams.last(stream)) {
    throw invalid(`Invalid SequenceNumber: ${SequenceNumber}`);
  }
  const from = type === "AT_SEQUENCE_NUMBER" ? seq : seq + 1;
  if (from < streams.first(stream)) throw trimmed();
  return from;
}

const trimmed = () =>
  new AwsError(
    "TrimmedDataAccessException",
    "The operation attempted to read past the oldest stream record in a shard.",
    400,
  );

/** An iterator begins with its stream, as AWS's does; IAM reads it there. */
const iterator = (arn: string, from: number): string =>
  `${arn}|1|${Buffer.from(JSON.stringify([from, Date.now()])).toString("base64url")}`;

function position(given: string): { arn: string; from: number } {
  try {
    const [from, at] = JSON.parse(Buffer.from(given.split("|")[2] ?? "", "base64url").toString()) as unknown[];
    const arn = streamOf(given);
    if (typeof from === "number" && typeof at === "number" && arn !== undefined) {
      if (at + iteratorLifetime >= Date.now()) return { arn, from };
      throw new AwsError("ExpiredIteratorException", "The shard iterator has expired.", 400);
    }
  } catch (error) {
    if (error instanceof AwsError) throw error;
  }
  throw invalid("Invalid ShardIterator");
}

export function getRecords(engine: Engine, input: { ShardIterator: string; Limit?: number }): string {
  const { arn, from } = position(input.ShardIterator);
  const stream = find(engine, arn);
  const first = engine.streams.first(stream);
  if (from < first && engine.streams.last(stream) > 0 && from > 1) throw trimmed();
  const records: string[] = [];
  let next = Math.max(from, first);
  let size = 0;
  for (const kept of read(engine, stream, next, input.Limit ?? 1000)) {
    records.push(recordText(engine, arn, stream, kept));
    next = kept.seq + 1;
    size += kept.size;
    if (size >= largestPage) break;
  }
  const isOver = stream.ended !== undefined && next > engine.streams.last(stream);
  return object({
    Records: array(records),
    NextShardIterator: isOver ? undefined : JSON.stringify(iterator(arn, next)),
  });
}

/** Some at a time: images may be large. */
function* read({ streams }: Engine, stream: StreamDefinition, from: number, limit: number): Iterable<Kept> {
  for (let left = limit; left > 0; ) {
    const asked = Math.min(left, 100);
    const some = streams.read(stream, from, asked);
    yield* some;
    if (some.length < asked) return;
    left -= asked;
    from = (some.at(-1)?.seq ?? 0) + 1;
  }
}

function recordText(engine: Engine, arn: string, stream: StreamDefinition, kept: Kept): string {
  const number = sequence(kept.seq);
  return object({
    // An id that is the same each time the record is read.
    eventID: `"${createHash("md5").update(`${arn} ${number}`).digest("hex")}"`,
    eventName: `"${kept.event}"`,
    eventVersion: `"1.1"`,
    eventSource: `"aws:dynamodb"`,
    awsRegion: `"${engine.around.region}"`,
    dynamodb: object({
      ApproximateCreationDateTime: String(Math.floor(kept.at / 1000)),
      Keys: kept.keys,
      NewImage: kept.new ?? undefined,
      OldImage: kept.old ?? undefined,
      SequenceNumber: `"${number}"`,
      SizeBytes: String(kept.size),
      StreamViewType: `"${stream.view}"`,
    }),
    // Only the service itself is named: what expired.
    userIdentity: kept.service ? `{"Type":"Service","PrincipalId":"dynamodb.amazonaws.com"}` : undefined,
  });
}
