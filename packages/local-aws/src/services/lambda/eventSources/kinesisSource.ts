/** One shard of a Kinesis stream. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
import type { Cloud } from "../../../service.ts";
import type { FunctionCalls } from "./functionCalls.ts";
import type { MappingRecord } from "./records.ts";
import type { SourceRecord, StreamSource } from "./streamSource.ts";

export class KinesisSource implements StreamSource {
  readonly kind = "kinesis";
  readonly bell: string;
  readonly #cloud: Cloud;
  readonly #mapping: MappingRecord;
  readonly #calls: FunctionCalls;
  readonly #shard: { id: string; isNew: boolean };

  /** @param shard what is read; one that came while the mapping was there is read from its beginning. */
  constructor(cloud: Cloud, mapping: MappingRecord, calls: FunctionCalls, shard: { id: string; isNew: boolean }) {
    this.bell = mapping.EventSourceArn;
    this.#cloud = cloud;
    this.#mapping = mapping;
    this.#calls = calls;
    this.#shard = shard;
  }

  async shard(): Promise<string> {
    return this.#shard.id;
  }

  async iterator(ShardId: string, after: string | undefined, since: number | undefined): Promise<string> {
    const { EventSourceArn: StreamARN, StartingPosition } = this.#mapping;
    const asked = this.#shard.isNew ? "TRIM_HORIZON" : (StartingPosition as "LATEST" | "TRIM_HORIZON" | "AT_TIMESTAMP");
    // The latest is what came after it began, though it was away meanwhile: iterators are over after five minutes.
    const [type, startingTime] =
      asked === "LATEST" && since !== undefined
        ? ["AT_TIMESTAMP" as const, since]
        : [asked, this.#mapping.startingTime];
    const where = after
      ? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER" as const, StartingSequenceNumber: after }
      : { ShardIteratorType: type, ...(type === "AT_TIMESTAMP" && { Timestamp: new Date(startingTime ?? 0) }) };
    const role = await this.#calls.role();
    return (
      (await this.#cloud.call("kinesis", "GetShardIterator", { StreamARN, ShardId, ...where }, role)).ShardIterator ??
      ""
    );
  }

  async read(ShardIterator: string, Limit: number, signal: AbortSignal) {
    const role = await this.#calls.role();
    const input = { ShardIterator, Limit };
    const { Records = [], NextShardIterator } = await this.#cloud.call("kinesis", "GetRecords", input, role, signal);
    const records = Records.map(({ SequenceNumber = "", PartitionKey = "", Data, ApproximateArrivalTimestamp }) => {
      const arrived = ApproximateArrivalTimestamp?.getTime() ?? Date.now();
      const data = Buffer.from(Data ?? []);
      return this.#record({
        sequence: SequenceNumber,
        key: PartitionKey,
        data,
        arrived,
        invoker: role.roleArn ?? role.arn,
      });
    });
    return { records, next: NextShardIterator };
  }

  #record(given: { sequence: string; key: string; data: Buffer; arrived: number; invoker: string }): SourceRecord {
    const { sequence, key, data, arrived, invoker } = given;
    const kinesis = {
      kinesisSchemaVersion: "1.0",
      partitionKey: key,
      sequenceNumber: sequence,
      data: data.toString("base64"),
      approximateArrivalTimestamp: arrived / 1000,
    };
    const json = JSON.stringify({
      kinesis,
      ...{ eventSource: "aws:kinesis", eventVersion: "1.0", eventID: `${this.#shard.id}:${sequence}` },
      ...{ eventName: "aws:kinesis:record", invokeIdentityArn: invoker, awsRegion: this.#cloud.region },
      eventSourceARN: this.#mapping.EventSourceArn,
    });
    // Filters look at what is in the record, its data as they were put.
    return { sequence, key, arrived, event: { ...kinesis, data: data.toString() }, json };
  }
}
