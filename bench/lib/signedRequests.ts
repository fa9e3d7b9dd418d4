/** Requests of DynamoDB that are signed before they are sent, so that sending them costs little. */
import { Agent, request } from "node:http";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

export interface Signed {
  headers: Record<string, string>;
  body: string;
}

export class SignedRequests {
  readonly #origin: URL;
  readonly #agent: Agent;
  readonly #signer = new SignatureV4({
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    region: "eu-west-1",
    service: "dynamodb",
    sha256: Sha256,
  });

  /** @param connections at most. */
  constructor(origin: string, connections: number) {
    this.#origin = new URL(origin);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  async sign(operation: string, input: object): Promise<Signed> {
    const { hostname, port, host } = this.#origin;
    const body = JSON.stringify(input);
    const headers = {
      host,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${operation}`,
    };
    const unsigned = { protocol: "http:", hostname, port: Number(port), path: "/", query: {}, headers, body };
    const signed = await this.#signer.sign({ method: "POST", ...unsigned });
    return { headers: { ...signed.headers, "content-length": String(Buffer.byteLength(body)) }, body };
  }

  /** @returns the answer. @throws Error for any other than 200. */
  send({ headers, body }: Signed): Promise<string> {
    const { hostname, port } = this.#origin;
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method: "POST", path: "/", headers, agent: this.#agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.once("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${answer.statusCode}: ${text.slice(0, 300)}`));
        });
      });
      sent.once("error", reject).end(body);
    });
  }

  async call<Answer = Record<string, unknown>>(operation: string, input: object): Promise<Answer> {
    return JSON.parse(await this.send(await this.sign(operation, input))) as Answer;
  }

  /** Sends all, on so many connections. @returns seconds that it took. */
  async sendAll(all: Signed[], connections: number): Promise<number> {
    const began = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (next < all.length) await this.send(all[next++] as Signed);
      }),
    );
    return (performance.now() - began) / 1000;
  }

  close(): void {
    this.#agent.destroy();
  }
}
