import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Platform } from "./platform.ts";

/** Calls the external functions of a running platform as Snowflake's role. */
export class Snowflake {
  readonly #url: string;
  readonly #signer: SignatureV4;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(url: string, signer: SignatureV4) {
    this.#url = url;
    this.#signer = signer;
  }

  /** While the trust is pending, the own account assumes the role. */
  static async open({ outputs, stateDirectory }: Platform): Promise<Snowflake> {
    const { aws: endpoint, region } = JSON.parse(readFileSync(join(stateDirectory, "endpoint.json"), "utf8"));
    const own = { accessKeyId: "test", secretAccessKey: "test" };
    const { Credentials: given } = await new STSClient({ endpoint, region, credentials: own }).send(
      new AssumeRoleCommand({
        RoleArn: String(outputs.snowflakeExternalFunctionRoleArn),
        RoleSessionName: "bench",
      }),
    );
    const credentials = {
      accessKeyId: given!.AccessKeyId!,
      secretAccessKey: given!.SecretAccessKey!,
      sessionToken: given!.SessionToken!,
    };
    const signer = new SignatureV4({ credentials, region, service: "execute-api", sha256: Sha256 });
    return new Snowflake(String(outputs.recommenderUrl), signer);
  }

  /** @returns the rows' values, polled for if need be. @throws Error for any other answer than one to every row. */
  async call(name: string, rows: unknown[][]): Promise<unknown[]> {
    const batch = crypto.randomUUID();
    const body = gzipSync(JSON.stringify({ data: rows.map((row, index) => [index, ...row]) }));
    let answer = await this.#send("POST", name, batch, body);
    while (answer.status === 202) {
      await sleep(50);
      answer = await this.#send("GET", name, batch);
    }
    const { data } = JSON.parse(answer.text) as { data?: [number, unknown][] };
    if (answer.status !== 200 || data?.length !== rows.length) throw new Error(`${answer.status}: ${answer.text}`);
    return data.map(([, value]) => value);
  }

  /** Asks `model_status` until nothing changes any more. */
  async settled(name: string): Promise<{ status: string; reason?: string; model_url?: string }> {
    for (;;) {
      const [status] = (await this.call("status", [[name]])) as [{ status: string }];
      if (!/^(InProgress|Creating|Updating|Deleting)$/.test(status.status)) return status;
      await sleep(50);
    }
  }

  async #send(method: string, name: string, batch: string, body?: Buffer): Promise<{ status: number; text: string }> {
    const { protocol, hostname, port, pathname, host } = new URL(`${this.#url}/${name}`);
    const headers = {
      host,
      "content-type": "application/json",
      "sf-external-function-format": "json",
      "sf-external-function-format-version": "1.0",
      "sf-external-function-query-batch-id": batch,
      ...(body && { "content-encoding": "gzip" }),
    };
    const signed = await this.#signer.sign({
      ...{ method, protocol, hostname, port: Number(port), path: pathname, query: {}, headers },
      ...(body && { body }),
    });
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: hostname, port, method, path: pathname, headers: signed.headers, agent: this.#agent },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk) => chunks.push(chunk));
          answer.once("end", () =>
            resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
          );
        },
      );
      sent.once("error", reject).end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
