/** Records: put into streams, and read from shards. */
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type PolicyDocument } from "../../service.ts";
import type { Wakes } from "../../wakes.ts";
import { invalid, nameOf, type Records, type Stream } from "./records.ts";
import { iteratorOf, placeOf, sequenceIn, sequenceNumber, streamIn } from "./sequence.ts";
import { shardFor } from "./shards.ts";

/** Bytes of a record with its key, of a request, and of an answer; records of a request. */
const mostBytes = 1_048_576;
const mostOfRequest = 10 * mostBytes;
const mostOfAnswer = 10 * mostBytes;
const mostRecords = 500;

interface Given {
  Data: Uint8Array | undefined;
  PartitionKey: string | undefined;
  ExplicitHashKey?: string | undefined;
}

export function dataOperations(records: Records, wakes: Wakes): Operations<"kinesis"> {
  const on = (
    action: string,
    { StreamName, StreamARN }: { StreamName?: string | undefined; StreamARN?: string | undefined },
  ): Access[] => {
    const name = nameOf({ StreamName, StreamARN });
    const policy = records.streams.get(name)?.policy;
    const resourcePolicy = policy === undefined ? undefined : (JSON.parse(policy) as PolicyDocument);
    return [{ action: `kinesis:${action}`, resource: records.arn(name), ...(resourcePolicy && { resourcePolicy }) }];
  };

  const check = ({ PartitionKey = "", Data = new Uint8Array() }: Given): number => {
    if (PartitionKey.length < 1 || PartitionKey.length > 256) {
      throw new AwsError(
        "ValidationException",
        `1 validation error detected: Value '${PartitionKey}' at 'partitionKey' failed to satisfy constraint: Member must have length between 1 and 256`,
      );
    }
    const bytes = Data.length + Buffer.byteLength(PartitionKey);
    if (bytes <= mostBytes) return bytes;
    throw new AwsError(
      "ValidationException",
      "1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576",
    );
  };
  const put = (stream: Stream, { PartitionKey = "", Data = new Uint8Array(), ExplicitHashKey }: Given) => {
    const { id } = shardFor(stream, PartitionKey, ExplicitHashKey);
    const seq = records.add(stream, id, PartitionKey, Data);
    return { ShardId: id, SequenceNumber: sequenceNumber(stream, id, seq) };
  };
  /** Said only where there is one, as AWS answers. */
  const encryption = ({ encryption: own }: Stream) => (own ? { EncryptionType: own.type } : {});

  return {
    PutRecord: {
      access: (input) => on("PutRecord", input),
      run({ SequenceNumberForOrdering: _, ...input }) {
        check(input);
        const stream = records.stream(input);
        const answer = { ...put(stream, input), ...encryption(stream) };
        wakes.ring(stream.arn);
        return answer;
      },
    },
    PutRecords: {
      access: (input) => on("PutRecords", input),
      run({ Records: given = [], ...input }) {
        if (given.length < 1 || given.length > mostRecords) {
          throw invalid(`The number of records must be between 1 and ${mostRecords}; it is ${given.length}`);
        }
        const bytes = given.reduce((sum, one) => sum + check(one), 0);
        if (bytes > mostOfRequest) throw invalid("Records size exceeds 10 MB limit");
        const stream = records.stream(input);
        const answer = given.map((one) => put(stream, one));
        wakes.ring(stream.arn);
        return { Records: answer, FailedRecordCount: 0, ...encryption(stream) };
      },
    },
    GetShardIterator: {
      access: (input) => on("GetShardIterator", input),
      run({ ShardId = "", ShardIteratorType, StartingSequenceNumber, Timestamp, ...input }) {
        const stream = records.stream(input);
        const { name, created } = stream;
        const account = stream.arn.split(":")[4];
        if (!stream.shards.some(({ id }) => id === ShardId)) {
          throw new AwsError(
            "ResourceNotFoundException",
            `Shard ${ShardId} in stream ${name} under account ${account} does not exist`,
          );
        }
        const numbered = (): number => {
          if (StartingSequenceNumber === undefined)
            throw invalid(
              `Must either specify (1) AT_SEQUENCE_NUMBER and StartingSequenceNumber or (2) AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (3) TRIM_HORIZON or (4) LATEST or (5) AT_TIMESTAMP and Timestamp, but not both StartingSequenceNumber and Timestamp.`,
            );
          const found = sequenceIn(stream, ShardId, StartingSequenceNumber);
          if (found !== undefined) return found;
          throw invalid(
            `StartingSequenceNumber ${StartingSequenceNumber} used in GetShardIterator on shard ${ShardId} in stream ${name} under account ${account} is invalid.`,
          );
        };
        const first: Record<string, () => number> = {
          AT_SEQUENCE_NUMBER: numbered,
          AFTER_SEQUENCE_NUMBER: () => numbered() + 1,
          TRIM_HORIZON: () => 1,
          LATEST: () => records.last(name, ShardId) + 1,
          AT_TIMESTAMP() {
            if (Timestamp !== undefined) return records.since(name, ShardId, Timestamp.getTime());
            throw invalid(
              "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.",
            );
          },
        };
        const type = ShardIteratorType ?? "";
        if (!Object.hasOwn(first, type)) {
          throw new AwsError(
            "ValidationException",
            `1 validation error detected: Value '${type}' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [${Object.keys(first).join(", ")}]`,
          );
        }
        return { ShardIterator: iteratorOf({ stream: name, created, shard: ShardId, next: first[type]!() }) };
      },
    },
    GetRecords: {
      access({ ShardIterator = "" }) {
        // One that is none is refused afterwards.
        return on("GetRecords", { StreamName: streamIn(ShardIterator) ?? "*" });
      },
      run({ ShardIterator = "", Limit = 10_000 }) {
        const place = placeOf(ShardIterator);
        const stream = records.stream({ StreamName: place.stream });
        const shard = stream.shards.find(({ id }) => id === place.shard);
        if (stream.created !== place.created || !shard) throw invalid("Invalid ShardIterator.");
        if (Limit < 1 || Limit > 10_000) throw invalid(`Limit must be between 1 and 10000; it is ${Limit}`);
        const kept = within(records.read(stream, shard.id, place.next, Limit));
        const next = (kept.at(-1)?.seq ?? place.next - 1) + 1;
        const last = records.last(stream.name, shard.id);
        const isOver = shard.closed !== undefined && next > last;
        const newest = records.read(stream, shard.id, next, 1)[0];
        return {
          Records: kept.map(({ seq, at, key, data }) => ({
            SequenceNumber: sequenceNumber(stream, shard.id, seq),
            ApproximateArrivalTimestamp: new Date(at),
            PartitionKey: key,
            Data: data,
            ...(stream.encryption && { EncryptionType: stream.encryption.type }),
          })),
          MillisBehindLatest: newest ? Date.now() - newest.at : 0,
          ...(!isOver && { NextShardIterator: iteratorOf({ ...place, next }) }),
          ...(isOver && {
            ChildShards: stream.shards
              .filter(({ parents }) => parents.includes(shard.id))
              .map(({ id, from, to, parents }) => ({
                ...{ ShardId: id, ParentShards: parents },
                HashKeyRange: { StartingHashKey: from, EndingHashKey: to },
              })),
          }),
        };
      },
    },
  };
}

/** As many as an answer may hold; one at least. */
function within<Item extends { data: Uint8Array }>(kept: Item[]): Item[] {
  let bytes = 0;
  const end = kept.findIndex(({ data }, index) => {
    bytes += data.length;
    return index > 0 && bytes > mostOfAnswer;
  });
  return end < 0 ? kept : kept.slice(0, end);
}
