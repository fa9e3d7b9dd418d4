import { randomBytes } from "node:crypto";
import type { RawRequest, RawResponse } from "../http/raw.ts";
import type { RoleSession } from "../service.ts";

/** No bucket has such a name: none begins with an underscore. */
const root = "/_credentials/";

/**
 * Where containers fetch the credentials of their task's role, as on AWS. There it is at 169.254.170.2, an address that
 * only a container has; here it is part of the AWS endpoint, below a path that only the container knows, with a token.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export class ContainerCredentials {
  readonly #origin: () => string;
  readonly #tasks = new Map<string, { token: string; roleArn: string; session: () => Promise<RoleSession> }>();

  /** @param origin of the AWS endpoint. */
  constructor(origin: () => string) {
    this.#origin = origin;
  }

  /** @returns environment variables for a container of a task with that role; call `remove` when the task has ended. */
  add(roleArn: string, session: () => Promise<RoleSession>): { environment: Record<string, string>; remove(): void } {
    const path = root + randomBytes(32).toString("base64url");
    const token = randomBytes(32).toString("base64url");
    this.#tasks.set(path, { token, roleArn, session });
    return {
      environment: {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: this.#origin() + path,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
      },
      remove: () => void this.#tasks.delete(path),
    };
  }

  owns(url: string): boolean {
    return url.startsWith(root);
  }

  async answer({ url, headers }: RawRequest): Promise<RawResponse> {
    const task = this.#tasks.get(url);
    if (!task || headers.authorization !== task.token) {
      const message = "CredentialsV2Request: no credentials";
      return json(task ? 401 : 404, { code: "InvalidIdInRequest", message });
    }
    try {
      const { credentials } = await task.session();
      return json(200, {
        RoleArn: task.roleArn,
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        Token: credentials.sessionToken,
        Expiration: credentials.expiration.toISOString(),
      });
    } catch (error) {
      return json(500, { code: "NoCredentialsAvailable", message: (error as Error).message });
    }
  }
}

const json = (status: number, body: object): RawResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
