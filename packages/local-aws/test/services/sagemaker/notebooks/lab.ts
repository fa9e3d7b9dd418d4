import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import {
  CreateNotebookInstanceCommand,
  type CreateNotebookInstanceCommandInput,
  CreatePresignedNotebookInstanceUrlCommand,
  DescribeNotebookInstanceCommand,
  type DescribeNotebookInstanceCommandOutput,
  type NotebookInstanceStatus,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { startCloud, type TestCloud } from "../../../../testing/cloud.ts";

/** Node, and a program that stands for JupyterLab. */
export const standIn = [process.execPath, join(import.meta.dirname, "../../../fixtures/jupyter.mjs")];

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A cloud with a role that notebooks may have. */
export class NotebookLab {
  readonly test: TestCloud;
  readonly client: SageMakerClient;
  readonly role: string;

  private constructor(test: TestCloud, role: string) {
    this.test = test;
    this.role = role;
    this.client = test.client(SageMakerClient);
  }

  static async start(options: Parameters<typeof startCloud>[0] = {}, statements: object[] = []): Promise<NotebookLab> {
    const test = await startCloud({ jupyter: standIn, ...options });
    const { roleArn } = await test.mintRole(statements, { trust: "sagemaker.amazonaws.com" });
    return new NotebookLab(test, roleArn);
  }

  async create(name: string, input: Partial<CreateNotebookInstanceCommandInput> = {}): Promise<void> {
    const given = { NotebookInstanceName: name, InstanceType: "ml.t3.medium", RoleArn: this.role, ...input } as const;
    await this.client.send(new CreateNotebookInstanceCommand(given));
  }

  describe(name: string): Promise<DescribeNotebookInstanceCommandOutput> {
    return this.client.send(new DescribeNotebookInstanceCommand({ NotebookInstanceName: name }));
  }

  async until(name: string, wanted: NotebookInstanceStatus): Promise<DescribeNotebookInstanceCommandOutput> {
    for (;;) {
      const found = await this.describe(name);
      if (found.NotebookInstanceStatus === wanted) return found;
      if (found.NotebookInstanceStatus === "Failed") throw new Error(found.FailureReason);
      await new Promise((next) => setTimeout(next, 30));
    }
  }

  async gone(name: string): Promise<void> {
    for (;;) {
      const left = await this.describe(name).catch((error: Error) => error);
      if (left instanceof Error) return;
      await new Promise((next) => setTimeout(next, 30));
    }
  }

  async url(name: string): Promise<string> {
    const command = new CreatePresignedNotebookInstanceUrlCommand({ NotebookInstanceName: name });
    return (await this.client.send(command)).AuthorizedUrl!;
  }

  /** As a browser asks: `*.localhost` is this machine, whatever resolves names here. */
  ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
    const { host, pathname, search } = new URL(url);
    const { port } = new URL(this.test.origin);
    return new Promise((resolve, reject) => {
      const asked = request(
        { host: "127.0.0.1", port, path: pathname + search, method, headers: { host, ...headers } },
        (response) => {
          let body = "";
          response.setEncoding("utf8").on("data", (chunk: string) => {
            body += chunk;
          });
          response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }));
        },
      );
      asked.on("error", reject);
      asked.end();
    });
  }

  /** Opens the presigned URL. @returns the pages' origin, and the session's cookie. */
  async open(name: string): Promise<{ origin: string; cookie: string }> {
    const url = await this.url(name);
    const { headers } = await this.ask(url);
    const cookie = String(headers["set-cookie"]?.[0]).split(";")[0]!;
    return { origin: new URL(url).origin, cookie };
  }
}
