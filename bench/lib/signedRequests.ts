/** Requests that are signed before they are sent, so that sending them costs little. */
import { Agent, request } from "node:http";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

export interface Asked {
  method: string;
  path: string;
  /** Beside those of the signature. */
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Signed extends Asked {
  headers: Record<string, string>;
}

/** A service whose requests are JSON: its name in signatures, and what stands before an operation's name. */
export interface JsonService {
  name: string;
  target: string;
}

/** Sends requests to one service of one server. */
export class SignedRequests {
  readonly #origin: URL;
  readonly #agent: Agent;
  readonly #service: JsonService;
  readonly #signer: SignatureV4;

  /** @param connections at most. */
  constructor(origin: string, connections: number, service: JsonService) {
    this.#origin = new URL(origin);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.#service = service;
    this.#signer = new SignatureV4({
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      region: "eu-west-1",
      service: service.name,
      sha256: Sha256,
      uriEscapePath: service.name !== "s3",
      applyChecksum: service.name === "s3",
    });
  }

  async sign({ method, path, headers, body = "" }: Asked): Promise<Signed> {
    const { hostname, port, host } = this.#origin;
    const unsigned = { protocol: "http:", hostname, port: Number(port), path, query: {}, body };
    const signed = await this.#signer.sign({ method, ...unsigned, headers: { host, ...headers } });
    return { method, path, headers: { ...signed.headers, "content-length": String(Buffer.byteLength(body)) }, body };
  }

  /** An operation of a service whose requests are JSON. */
  signCall(operation: string, input: object): Promise<Signed> {
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `${this.#service.target}.${operation}`,
    };
    return this.sign({ method: "POST", path: "/", headers, body: JSON.stringify(input) });
  }

  /** @returns the answer's body. @throws Error for any other than 200. */
  send({ method, path, headers, body }: Signed): Promise<Buffer> {
    const { hostname, port } = this.#origin;
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method, path, headers, agent: this.#agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.once("end", () => {
          const whole = Buffer.concat(chunks);
          if (answer.statusCode === 200) resolve(whole);
          else reject(new Error(`${answer.statusCode}: ${whole.toString().slice(0, 300)}`));
        });
      });
      sent.once("error", reject).end(body);
    });
  }

  async call<Answer = Record<string, unknown>>(operation: string, input: object): Promise<Answer> {
    return JSON.parse((await this.send(await this.signCall(operation, input))).toString()) as Answer;
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
