import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CloudOptions, createCloud, type LocalCloud } from "../src/index.ts";
import type { Principal } from "../src/service.ts";
import { stackTraces } from "./console.ts";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

interface ClientConfig {
  endpoint: string;
  region: string;
  credentials: Credentials;
  maxAttempts: number;
  disableHostPrefix?: boolean;
}

export interface TestCloud extends LocalCloud {
  /** `http://127.0.0.1:PORT`: the AWS endpoint. */
  origin: string;
  /** The state folder; a second `startCloud({ directory })` after `stop({ keep: true })` is a restart. */
  directory: string;
  /**
   * An SDK client that talks to this cloud over HTTP, without retries, as the administrator unless `credentials` say
   * otherwise: `client(LambdaClient)`. Further settings of the client go into `config`.
   */
  client<Client>(type: new (config: never) => Client, options?: { credentials?: Credentials; config?: object }): Client;
  /**
   * A role with that inline policy (none: no permission at all) and a session of it. `trust` is the service that may
   * assume it, default Lambda; `source` a pattern of the resources it may assume it for, default any.
   */
  mintRole(
    statements?: object | object[],
    options?: { name?: string; trust?: string; source?: string },
  ): Promise<{ roleArn: string; credentials: Credentials; principal: Principal }>;
  /** Ends everything; removes the folder unless `keep`. @throws Error if a stack trace was printed meanwhile. */
  stop(options?: { keep?: boolean }): Promise<void>;
}

let minted = 0;

/** The whole local cloud in this process, on free ports and in a folder of its own. End it with `stop()`. */
export async function startCloud(options: Partial<CloudOptions> = {}): Promise<TestCloud> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), "local-cloud-")));
  const local = createCloud({ awsPort: 0, apiPort: 0, ...options, directory });
  const origin = await local.listen();
  const { cloud } = local;
  return {
    ...local,
    origin,
    directory,
    client(type, { credentials = { accessKeyId: "test", secretAccessKey: "test" }, config = {} } = {}) {
      const settings: ClientConfig = {
        endpoint: origin,
        region: cloud.region,
        credentials,
        maxAttempts: 1,
        disableHostPrefix: true,
        ...config,
      };
      return new type(settings as never);
    },
    async mintRole(statements, { name = `minted-${++minted}`, trust = "lambda.amazonaws.com", source } = {}) {
      const Condition = source && {
        ArnLike: { "aws:SourceArn": source },
        StringEquals: { "aws:SourceAccount": cloud.accountId },
      };
      const { Role } = await cloud.call<{ Role: { Arn: string } }>("iam", "CreateRole", {
        RoleName: name,
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: { Effect: "Allow", Principal: { Service: trust }, Action: "sts:AssumeRole", Condition },
        }),
      });
      if (statements) {
        const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
        await cloud.call("iam", "PutRolePolicy", { RoleName: name, PolicyName: "minted", PolicyDocument });
      }
      const { credentials, principal } = await cloud.assumeRole(Role.Arn, trust, "test-session", source);
      return { roleArn: Role.Arn, credentials, principal };
    },
    async stop({ keep = false } = {}) {
      await local.close();
      if (!keep) await rm(directory, { recursive: true, force: true });
      const traces = stackTraces();
      if (traces.length > 0) throw new Error(`the local cloud had faults of its own:\n${traces.join("\n")}`);
    },
  };
}
