/** A contender as AWS's SDK speaks to it. */
import type { Contender } from "./contenders.ts";

/** What the SDK's clients have in common, whatever their types of requests. */
interface Stack {
  add(middleware: (next: (args: object) => Promise<object>) => (args: object) => Promise<object>, at: object): void;
}

export class Server {
  readonly contender: Contender;
  /** Operations at once. */
  readonly connections: number;
  #end = Number.POSITIVE_INFINITY;
  #limit = 0;
  readonly #clients = new Map<unknown, { destroy(): void }>();

  /** @param connections for those that take several requests at once. */
  constructor(contender: Contender, connections: number) {
    this.contender = contender;
    this.connections = contender.isSlow ? 1 : connections;
  }

  /** From now on, requests are sent for so many seconds: a server that takes longer fails instead of keeping the others. */
  allow(seconds: number): void {
    this.#limit = seconds;
    this.#end = performance.now() + 1_000 * seconds;
  }

  /** The SDK's client of a service: one for each type. No request is tried twice, so that what fails is seen. */
  client<Client extends { destroy(): void }>(type: new (config: never) => Client): Client {
    const made = this.#clients.get(type);
    if (made) return made as Client;
    const client = new type({
      endpoint: this.contender.origin,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      forcePathStyle: true,
      maxAttempts: 1,
    } as never);
    (client as unknown as { middlewareStack: Stack }).middlewareStack.add(
      (next) => (args) => {
        if (performance.now() > this.#end) throw new Error(`it takes longer than ${this.#limit} s`);
        return next(args);
      },
      { step: "initialize" },
    );
    this.#clients.set(type, client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.values()) client.destroy();
    await this.contender.stop();
  }
}
