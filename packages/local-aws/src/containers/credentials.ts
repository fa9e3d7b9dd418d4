import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { RoleSession } from "../service.ts";

/**
 * Where containers fetch the credentials of their task's role, as on AWS. There it is at 169.254.170.2, an address that
 * only a container has; here at one of this machine's own, which SDKs take with a token.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export class CredentialEndpoint {
  readonly #tasks = new Map<string, { token: string; roleArn: string; session: () => Promise<RoleSession> }>();
  #listening: Promise<Server> | undefined;

  /** @returns variables of a container whose task has the role; `remove` when the task has ended. */
  async add(
    roleArn: string,
    session: () => Promise<RoleSession>,
  ): Promise<{ environment: Record<string, string>; remove(): void }> {
    this.#listening ??= this.#listen();
    const { port } = (await this.#listening).address() as AddressInfo;
    const path = `/v2/credentials/${randomUUID()}`;
    const token = randomUUID();
    this.#tasks.set(path, { token, roleArn, session });
    return {
      environment: {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}${path}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
      },
      remove: () => void this.#tasks.delete(path),
    };
  }

  async #listen(): Promise<Server> {
    const server = createServer(async ({ url = "", headers }, response) => {
      const task = this.#tasks.get(url);
      const answer = (status: number, body: object) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (!task || headers.authorization !== task.token) {
        answer(task ? 401 : 404, { code: "InvalidIdInRequest", message: "CredentialsV2Request: no credentials" });
        return;
      }
      try {
        const { credentials } = await task.session();
        answer(200, {
          RoleArn: task.roleArn,
          AccessKeyId: credentials.accessKeyId,
          SecretAccessKey: credentials.secretAccessKey,
          Token: credentials.sessionToken,
          Expiration: credentials.expiration.toISOString(),
        });
      } catch (error) {
        answer(500, { code: "NoCredentialsAvailable", message: (error as Error).message });
      }
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    server.unref();
    return server;
  }

  async close(): Promise<void> {
    const server = await this.#listening;
    server?.closeAllConnections();
    await new Promise<unknown>((closed) => (server ? server.close(closed) : closed(undefined)));
  }
}
