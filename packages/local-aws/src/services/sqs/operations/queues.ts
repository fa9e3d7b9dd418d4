/** Queues are made, found, emptied and deleted. */
import { page } from "../../../kit/page.ts";
import { givenAttributes, newAttributes } from "../attributes.ts";
import { sourcesOf } from "../deadLetters/sources.ts";
import type { Engine } from "../engine.ts";
import { AwsError, checkRange, invalid, refused } from "../errors.ts";
import type { Handlers } from "../handlers.ts";
import { newQueue, type Queue } from "../storage/queues.ts";

type Names = "CreateQueue" | "DeleteQueue" | "GetQueueUrl" | "ListDeadLetterSourceQueues" | "ListQueues" | "PurgeQueue";

/** Milliseconds between two purges of a queue. */
const purgeInterval = 60_000;

export const queueOperations: Pick<Handlers, Names> = {
  CreateQueue(engine, { QueueName, Attributes = {}, tags = {} }) {
    checkName(QueueName, Attributes.FifoQueue);
    const given = givenAttributes(engine, QueueName, Attributes as Record<string, string>);
    const existing = engine.queues.get(QueueName);
    if (existing) checkSame(existing, given);
    else create(engine, QueueName, given, tags as Record<string, string>);
    return { QueueUrl: engine.url(QueueName) };
  },
  DeleteQueue(engine, { QueueUrl }) {
    const queue = engine.at(QueueUrl);
    engine.atOnce(() => {
      engine.queues.delete(queue.name);
      engine.pools.abandon(queue.pool);
    });
    engine.sweeper.begin();
    // Who waits for messages learns that there will be none.
    engine.ring(queue);
    return {};
  },
  GetQueueUrl: (engine, { QueueName }) => ({ QueueUrl: engine.url(engine.queues.existing(QueueName).name) }),
  ListQueues(engine, { QueueNamePrefix, ...request }) {
    const { urls, next } = listed(engine, engine.queues.list(QueueNamePrefix), request);
    return { ...(urls.length > 0 && { QueueUrls: urls }), ...(next && { NextToken: next }) };
  },
  ListDeadLetterSourceQueues(engine, { QueueUrl, ...request }) {
    const { urls, next } = listed(engine, sourcesOf(engine, engine.queues.arn(engine.at(QueueUrl).name)), request);
    return { queueUrls: urls, ...(next && { NextToken: next }) };
  },
  PurgeQueue(engine, { QueueUrl }) {
    const queue = engine.at(QueueUrl);
    const now = Date.now();
    if (queue.purged !== undefined && now < queue.purged + purgeInterval) {
      const message = `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`;
      throw new AwsError("PurgeQueueInProgress", message, 403);
    }
    engine.atOnce(() => {
      engine.pools.abandon(queue.pool);
      engine.queues.put({ ...queue, pool: engine.pools.create(), purged: now });
    });
    engine.sweeper.begin();
    return {};
  },
};

function checkName(name: string, fifo: string | undefined): void {
  if (/^true$/i.test(fifo ?? "")) {
    if (/^[\w-]{1,75}\.fifo$/.test(name)) return;
    throw invalid(
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
    );
  }
  if (/^[\w-]{1,80}$/.test(name)) return;
  const more = name.endsWith(".fifo") ? ". A queue whose name ends with .fifo has the attribute FifoQueue=true" : "";
  throw invalid(`Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length${more}`);
}

/** A queue is made once; who makes it again must want the same. */
function checkSame({ attributes }: Queue, given: Record<string, string>): void {
  for (const [name, value] of Object.entries(given)) {
    if ((attributes[name] ?? "") === value) continue;
    throw new AwsError(
      "QueueNameExists",
      `A queue already exists with the same name and a different value for attribute ${name}`,
      400,
    );
  }
}

function create(engine: Engine, name: string, given: Record<string, string>, tags: Record<string, string>): void {
  engine.atOnce(() => {
    const queue = newQueue(name, engine.pools.create(), { attributes: newAttributes(given), tags });
    engine.queues.put(queue);
  });
}

interface PageRequest {
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

function listed(engine: Engine, queues: Queue[], { MaxResults, NextToken }: PageRequest) {
  checkRange("MaxResults", MaxResults, [1, 1_000], "Must be an integer from 1 to 1000, if provided.");
  const invalidToken = () => refused("NextToken", String(NextToken), "It is not one that a list ended with.");
  const request = { MaxResults, NextToken };
  const { items, next } = page(queues, request, ({ name }) => name, { size: 1_000, invalid: invalidToken });
  return { urls: items.map(({ name }) => engine.url(name)), next };
}
