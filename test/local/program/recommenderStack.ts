import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { type Credentials, startCloud, type TestCloud } from "local-aws/testing";
import { createRegistry, Engine, type EngineEvent } from "pulumi-local";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";

const programDirectory = join(import.meta.dirname, "fixtures/recommender");
const container = resolve(import.meta.dirname, "../../../containers/recommender/main.ts");

export interface Outputs {
  url: string;
  bucket: string;
  externalFunctionRoleArn: string;
  storageRoleArn: string;
  trust: string;
  namePrefix: string;
}

export interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API says.
  body: any;
}

/** The fixture `recommender` on a local cloud, and Snowflake as its caller. */
export class RecommenderStack {
  readonly config: Record<string, string> = {};
  readonly events: EngineEvent[] = [];
  cloud!: TestCloud;
  engine!: Engine;
  outputs!: Outputs;
  /** Key of the IAM user that Snowflake is. */
  snowflake!: Credentials;
  snowflakeArn!: string;
  /** A session of the external function role. */
  session: Credentials | undefined;

  async open(): Promise<void> {
    this.cloud = await startCloud({ region: "eu-west-1", images: { "*/rec*": ["node", container] } });
    await prepareAccount(this.cloud.cloud);
    this.engine = await Engine.open({
      programDirectory,
      stack: "local",
      stateDirectory: join(this.cloud.directory, "engine"),
      registry: createRegistry(this.cloud.cloud),
      config: this.config,
      onEvent: (event) => this.events.push(event),
    });
    const iam = this.cloud.client(IAMClient);
    const { User } = await iam.send(new CreateUserCommand({ UserName: "snowflake" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "snowflake" }));
    this.snowflakeArn = User!.Arn!;
    this.snowflake = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  }

  async close(): Promise<void> {
    await this.engine?.close();
    await this.cloud?.stop();
  }

  async up(changes: Record<string, string> = {}): Promise<void> {
    Object.assign(this.config, changes);
    this.events.length = 0;
    await this.engine.up().catch((error: Error) => {
      const said = this.events.filter(({ kind }) => kind === "message").map((event) => JSON.stringify(event));
      throw new Error([error.message, ...said].join("\n"));
    });
    this.outputs = this.engine.outputs() as unknown as Outputs;
  }

  /** As Snowflake's user. @throws AccessDenied */
  async assume(RoleArn: string, ExternalId?: string): Promise<Credentials> {
    const sts = this.cloud.client(STSClient, { credentials: this.snowflake });
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "snowflake", ...(ExternalId && { ExternalId }) }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken } = given!;
    return { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
  }

  /** A request as Snowflake makes it, signed by its session or by somebody else's; by nobody with `null`. */
  async request(
    method: string,
    path: string,
    body: string | undefined,
    { batch = crypto.randomUUID(), as = this.session }: { batch?: string; as?: Credentials | null | undefined } = {},
  ): Promise<Reply> {
    const url = new URL(`${this.outputs.url}${path}`);
    const bytes = body === undefined ? undefined : gzipSync(body);
    const headers: Record<string, string> = {
      host: url.host,
      "content-type": "application/json",
      "sf-external-function-format": "json",
      "sf-external-function-format-version": "1.0",
      "sf-external-function-current-query-id": "query",
      "sf-external-function-query-batch-id": batch,
      ...(bytes && { "content-encoding": "gzip" }),
    };
    const { protocol, hostname, pathname } = url;
    const parts = { method, protocol, hostname, port: Number(url.port), path: pathname, query: {}, headers };
    const signer =
      as && new SignatureV4({ credentials: as, region: "eu-west-1", service: "execute-api", sha256: Sha256 });
    const signed = signer ? await signer.sign({ ...parts, ...(bytes && { body: bytes }) }) : parts;
    const init = { method, headers: signed.headers, ...(bytes && { body: new Uint8Array(bytes) }) };
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** Calls an external function with rows of arguments, polls as long as it must. @returns the rows' values. */
  async call(name: string, rows: unknown[][], batch: string = crypto.randomUUID()): Promise<unknown[]> {
    const body = JSON.stringify({ data: rows.map((row, index) => [index, ...row]) });
    let reply = await this.request("POST", `/${name}`, body, { batch });
    while (reply.status === 202) {
      await sleep(100);
      reply = await this.request("GET", `/${name}`, undefined, { batch });
    }
    if (reply.status !== 200) throw new Error(`${name} answered ${reply.status}: ${JSON.stringify(reply.body)}`);
    return reply.body.data.map(([number, value]: [number, unknown], index: number) => {
      if (number !== index) throw new Error(`row ${number} is answered in the place of row ${index}`);
      return value;
    });
  }

  /** What `model_status` says when nothing changes any more. */
  async settled(name: string): Promise<Status> {
    for (;;) {
      const [status] = (await this.call("status", [[name]])) as [Status];
      if (!/^(InProgress|Creating|Updating|Deleting)$/.test(status.status)) return status;
      await sleep(100);
    }
  }

  /** Ids of the processes of this test's endpoints. */
  servers(): number[] {
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .filter((pid) => {
        try {
          const parent = Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[1]);
          return (
            parent === process.pid && /recommender\/main\.ts\0serve/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))
          );
        } catch {
          return false;
        }
      });
  }
}

export interface Status {
  status: string;
  reason?: string;
  model_url?: string;
  metrics?: Record<string, number>;
}
