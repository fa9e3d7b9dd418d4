/** A table's stream, which has one shard. */
import { AwsError, type Cloud } from "../../../service.ts";
import type { FunctionCalls } from "./functionCalls.ts";
import type { MappingRecord } from "./records.ts";
import type { SourceRecord, StreamSource } from "./streamSource.ts";

/** The parts of a record that are read; the rest goes into the event as it is. */
interface TableRecord {
  dynamodb: {
    /** Seconds since the epoch. */
    ApproximateCreationDateTime: number;
    Keys: Record<string, unknown>;
    SequenceNumber: string;
  };
  /** In the API's spelling; an event has `type` and `principalId`. */
  userIdentity?: { Type: string; PrincipalId: string };
}

export class TableSource implements StreamSource {
  readonly kind = "dynamodb";
  readonly bell: string;
  readonly #cloud: Cloud;
  readonly #mapping: MappingRecord;
  readonly #calls: FunctionCalls;
  /** Name of the table's partition key. */
  #partitionKey: string | undefined;

  constructor(cloud: Cloud, mapping: MappingRecord, calls: FunctionCalls) {
    this.bell = mapping.EventSourceArn.split("/stream/")[0] as string;
    this.#cloud = cloud;
    this.#mapping = mapping;
    this.#calls = calls;
  }

  async shard(): Promise<string> {
    const input = { StreamArn: this.#mapping.EventSourceArn };
    const { StreamDescription: stream } = await this.#cloud.call(
      "dynamodb",
      "DescribeStream",
      input,
      await this.#calls.role(),
    );
    this.#partitionKey = stream?.KeySchema?.find(({ KeyType }) => KeyType === "HASH")?.AttributeName;
    const [shard] = stream?.Shards ?? [];
    if (!shard?.ShardId) throw new AwsError("ResourceNotFoundException", "The stream has no shard.", 400);
    return shard.ShardId;
  }

  async iterator(ShardId: string, after: string | undefined): Promise<string> {
    const where = after
      ? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER" as const, SequenceNumber: after }
      : { ShardIteratorType: this.#mapping.StartingPosition as "LATEST" | "TRIM_HORIZON" };
    const input = { StreamArn: this.#mapping.EventSourceArn, ShardId, ...where };
    const role = await this.#calls.role();
    return (await this.#cloud.call("dynamodb", "GetShardIterator", input, role)).ShardIterator ?? "";
  }

  async read(ShardIterator: string, Limit: number, signal: AbortSignal) {
    const role = await this.#calls.role();
    const input = { ShardIterator, Limit };
    const page: { Records: TableRecord[]; NextShardIterator?: string } = await this.#cloud.request(
      "dynamodb",
      "GetRecords",
      input,
      role,
      signal,
    );
    return { records: page.Records.map((record) => this.#record(record)), next: page.NextShardIterator };
  }

  #record({ userIdentity, ...rest }: TableRecord): SourceRecord {
    const event = {
      ...rest,
      ...(userIdentity && { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }),
      eventSourceARN: this.#mapping.EventSourceArn,
    };
    const { SequenceNumber: sequence, Keys, ApproximateCreationDateTime } = rest.dynamodb;
    const key = JSON.stringify(this.#partitionKey ? Keys[this.#partitionKey] : Keys);
    return { sequence, key, arrived: ApproximateCreationDateTime * 1000, event, json: eventText(event) };
  }
}

/** A record of an event. Its time is a number with an exponent, as AWS writes it: Python and Java read a fraction. */
const eventText = (event: object): string =>
  JSON.stringify(event).replace(
    /"ApproximateCreationDateTime":(\d+)/,
    (_, seconds) => `"ApproximateCreationDateTime":${Number(seconds) / 1e9}E9`,
  );
