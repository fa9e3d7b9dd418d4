import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Stack } from "../../lib/stack.ts";

export interface Change {
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** All that a table's stream tells of, as long as it has it: a day. */
export async function* changesOf(client: Stack["client"], StreamArn: string): AsyncGenerator<Change> {
  const streams = new DynamoDBStreamsClient(client);
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const start = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
    let { ShardIterator } = await streams.send(new GetShardIteratorCommand(start));
    while (ShardIterator) {
      const { Records = [], NextShardIterator } = await streams.send(new GetRecordsCommand({ ShardIterator }));
      for (const { dynamodb: { OldImage, NewImage } = {} } of Records) {
        yield { ...(OldImage && { before: item(OldImage) }), ...(NewImage && { after: item(NewImage) }) };
      }
      // An open shard has no end.
      if (Records.length === 0) break;
      ShardIterator = NextShardIterator;
    }
  }
}

const item = (image: object) => unmarshall(image as Record<string, AttributeValue>);
