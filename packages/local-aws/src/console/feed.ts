/** What happens on the cloud, for pages that are open: server-sent events. The last ones are kept in memory for a page that opens. */
import type { ServerResponse } from "node:http";
import { activityChannel } from "../activity.ts";
import { mailChannel } from "../mail.ts";

/** How many are told to a page that opens. */
const kept = 2_000;
/** Milliseconds for which events are gathered into one message: a page draws no more often. */
const gathered = 100;
/** Bytes that may wait for a page that does not read; more, and it misses some. */
const longestQueue = 4 * 1024 * 1024;

export class Feed {
  readonly #last: unknown[] = [];
  readonly #readers = new Set<ServerResponse>();
  #gathering: unknown[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #channels = [activityChannel, mailChannel];

  readonly #note = (event: unknown, name: string | symbol): void => {
    const told = name === mailChannel.name ? { kind: "mail", at: Date.now() } : event;
    this.#last.push(told);
    if (this.#last.length > kept * 2) this.#last.splice(0, kept);
    if (this.#readers.size === 0) return;
    this.#gathering.push(told);
    this.#timer ??= setTimeout(() => this.#tell(), gathered).unref();
  };

  constructor() {
    for (const one of this.#channels) one.subscribe(this.#note);
  }

  /** Tells a page of the last events, then of each new one, until it goes. */
  follow(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    write(response, this.#last.slice(-kept));
    this.#readers.add(response);
    response.once("close", () => this.#readers.delete(response));
  }

  close(): void {
    for (const one of this.#channels) one.unsubscribe(this.#note);
    clearTimeout(this.#timer);
    for (const reader of this.#readers) reader.end();
  }

  #tell(): void {
    this.#timer = undefined;
    const events = this.#gathering;
    this.#gathering = [];
    for (const reader of this.#readers) if (reader.writableLength < longestQueue) write(reader, events);
  }
}

const write = (response: ServerResponse, events: unknown[]): void => {
  response.write(`data: ${JSON.stringify(events)}\n\n`);
};
