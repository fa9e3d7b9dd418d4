/**
 * Takes messages from a queue for one mapping and hands them to the function; what is done is deleted, the rest becomes
 * visible again after its visibility timeout. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */

import type { Message } from "@aws-sdk/client-sqs";
import { queueUrl } from "../../../arn.ts";
import { AwsError } from "../../../service.ts";
import { compileFilter, type Filter } from "./filter.ts";
import { FunctionCalls } from "./functionCalls.ts";
import { maxPayload } from "./lane.ts";
import { receivedTraces } from "./queueTraces.ts";
import { pause } from "./streamBatch.ts";
import type { PollerSurroundings } from "./streamPoller.ts";

interface Taken {
  message: Message;
  json: string;
}

/** Concurrent batches if the mapping sets no number: what Lambda begins with. */
const usualConcurrency = 5;

export class QueuePoller {
  readonly #around: PollerSurroundings;
  readonly #calls: FunctionCalls;
  readonly #stop = new AbortController();
  readonly #url: string;
  readonly #passes: Filter;
  readonly #running = new Set<Promise<void>>();
  readonly #ended: Promise<void>;
  #refusals = 0;

  constructor(around: PollerSurroundings) {
    this.#around = around;
    this.#calls = new FunctionCalls(around.cloud, around.mapping);
    this.#url = queueUrl(around.cloud, around.mapping.EventSourceArn);
    this.#passes = compileFilter(around.mapping.FilterCriteria, "sqs");
    this.#ended = this.#run();
  }

  /** Returns when the running invocations are over. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const most = this.#around.mapping.ScalingConfig?.MaximumConcurrency ?? usualConcurrency;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const batch = await this.#gather();
        failures = 0;
        if (batch.length === 0) continue;
        for (const payload of payloads(batch)) {
          const work = this.#process(payload).catch((error) => this.#problem(error));
          this.#running.add(work);
          void work.then(() => this.#running.delete(work));
          if (this.#running.size >= most) await Promise.race(this.#running);
        }
        // A function without concurrency left is not retried at full speed.
        if (this.#refusals > 0) await pause(Math.min(this.#refusals, 8), signal);
      } catch (error) {
        this.#problem(error);
        await pause(Math.min(++failures + 3, 10), signal);
      }
    }
    await Promise.all(this.#running);
  }

  #problem(error: unknown): void {
    this.#around.result(`PROBLEM: ${(error as Error).message}`);
    if (!(error instanceof AwsError)) console.error("lambda: event source mapping:", error);
  }

  /** A batch: full, or all that arrived within the window. */
  async #gather(): Promise<Taken[]> {
    const { BatchSize, MaximumBatchingWindowInSeconds: window } = this.#around.mapping;
    const batch: Taken[] = [];
    let bytes = 0;
    let until = Number.POSITIVE_INFINITY;
    while (batch.length < BatchSize && bytes < maxPayload && !this.#stop.signal.aborted) {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left <= 0) break;
      const most = Math.min(10, BatchSize - batch.length);
      const taken = await this.#receive(most, Math.min(20, left));
      if (batch.length === 0 && taken.length > 0) until = Date.now() + window * 1000;
      batch.push(...taken);
      bytes += taken.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
      if (window === 0 && batch.length > 0) break;
    }
    return batch;
  }

  async #receive(most: number, wait: number): Promise<Taken[]> {
    const { cloud } = this.#around;
    const { Messages = [] } = await cloud.call(
      "sqs",
      "ReceiveMessage",
      {
        QueueUrl: this.#url,
        MaxNumberOfMessages: most,
        WaitTimeSeconds: wait,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      },
      await this.#calls.role(),
      this.#stop.signal,
    );
    const records = Messages.map((message) => ({ message, record: this.#record(message) }));
    const passed = records.filter(({ record }) => this.#passes(record));
    // Messages that the filter rejects are deleted from the queue all the same.
    await this.#delete(records.filter((one) => !passed.includes(one)).map(({ message }) => message));
    return passed.map(({ message, record }) => ({ message, json: JSON.stringify(record) }));
  }

  #record(message: Message): Record<string, unknown> {
    const { EventSourceArn } = this.#around.mapping;
    return {
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, { DataType, StringValue, BinaryValue }]) => [
          name,
          {
            ...(StringValue !== undefined && { stringValue: StringValue }),
            ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString("base64") }),
            stringListValues: [],
            binaryListValues: [],
            dataType: DataType,
          },
        ]),
      ),
      ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
      md5OfBody: message.MD5OfBody,
      eventSource: "aws:sqs",
      eventSourceARN: EventSourceArn,
      awsRegion: EventSourceArn.split(":")[3],
    };
  }

  async #process(batch: Taken[]): Promise<void> {
    const identifiers = new Set(batch.map(({ message }) => message.MessageId ?? ""));
    const messages = batch.map(({ message }) => message);
    const outcome = await this.#calls.invoke(
      batch.map(({ json }) => json),
      identifiers,
      receivedTraces(this.#around.cloud, this.#around.mapping.EventSourceArn, messages),
    );
    this.#refusals = outcome.kind === "refused" ? this.#refusals + 1 : 0;
    if (outcome.kind === "done") await this.#delete(messages);
    if (outcome.kind === "partial")
      await this.#delete(messages.filter(({ MessageId }) => !outcome.failed.has(MessageId ?? "")));
    const problem = outcome.kind === "refused" ? outcome.reason : "Function call failed";
    this.#around.result(outcome.kind === "done" || outcome.kind === "partial" ? "OK" : `PROBLEM: ${problem}`);
  }

  async #delete(messages: Message[]): Promise<void> {
    const role = messages.length > 0 ? await this.#calls.role() : undefined;
    for (let from = 0; from < messages.length; from += 10) {
      const Entries = messages
        .slice(from, from + 10)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#around.cloud.call("sqs", "DeleteMessageBatch", { QueueUrl: this.#url, Entries }, role);
    }
  }
}

/** The messages that fit into one request: usually all of them. */
function payloads(batch: Taken[]): Taken[][] {
  const parts: Taken[][] = [[]];
  let bytes = 0;
  for (const taken of batch) {
    const size = Buffer.byteLength(taken.json) + 1;
    if (bytes > 0 && bytes + size > maxPayload) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(taken);
    bytes += size;
  }
  return parts;
}
