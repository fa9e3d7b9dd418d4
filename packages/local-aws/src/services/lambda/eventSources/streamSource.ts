/** A shard of a stream as its poller reads it, whichever service has the stream. */

/** A record as a function gets it. */
export interface SourceRecord {
  sequence: string;
  /** Records of one key stay in their order. */
  key: string;
  /** Milliseconds since the epoch. */
  arrived: number;
  /** What filters look at. */
  event: Record<string, unknown>;
  /** As it is in the function's event. */
  json: string;
}

export interface StreamSource {
  kind: "dynamodb" | "kinesis";
  /** What rings when something is written. */
  bell: string;
  /** The shard's id. @throws AwsError where there is none. */
  shard(): Promise<string>;
  /**
   * Where reading begins: after a record, or where the mapping says.
   * @param since when the mapping began, if it has begun already.
   */
  iterator(shardId: string, after: string | undefined, since: number | undefined): Promise<string>;
  /** @returns no `next` at the shard's end. */
  read(
    iterator: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ records: SourceRecord[]; next?: string | undefined }>;
}
