import { parseArgs } from "node:util";
import { isRegion } from "./arn.ts";
import { port, UsageError } from "./process/usage.ts";

/** Options of the stand-alone local cloud. */
export interface CloudSettings {
  help: boolean;
  /** Port of the AWS endpoint (`--port`, `LOCAL_AWS_PORT`). Default 4566; 0 picks a free one. */
  port: number;
  /** Port on which the routes of APIs answer (`--api-port`, `LOCAL_API_PORT`). Default 3000; 0 picks a free one. */
  apiPort: number;
  /** Port on which X-Ray's daemon takes segments by UDP (`--xray-port`, `LOCAL_XRAY_PORT`). Default: no daemon; 0 picks a free one. */
  xrayPort?: number;
  /** Region that is exported, and that of requests that name none (`--region`). Default us-east-1. */
  region: string;
  /** Twelve digits (`--account`). Default 000000000000. */
  accountId: string;
  /** State folder (`--state`, `LOCAL_STATE_DIR`). Default: none, a temporary one that is removed at the end. */
  stateDirectory?: string;
  /** How much faster than AWS's the clock of gradual deployments and alarms runs (`--clock`). Default 1. */
  clock: number;
}

export const usage = `npm run cloud [-- OPTION ...]     runs AWS on this machine, without a program

  --port N          port of the AWS endpoint   (LOCAL_AWS_PORT, default 4566, 0: a free one)
  --api-port N      port of the routes of APIs (LOCAL_API_PORT, default 3000, 0: a free one)
  --xray-port N     port of X-Ray's daemon, UDP (LOCAL_XRAY_PORT, default: no daemon, AWS's own: 2000)
  --region REGION   region of the exports      (default us-east-1; every region answers)
  --account ID      twelve digits              (default 000000000000)
  --state DIR       where state is kept        (LOCAL_STATE_DIR, default: a temporary folder, removed at the end)
  --clock FACTOR    speed of deployments, alarms and scaling, 1 to 10000 times AWS's (default 1)`;

/** @throws {UsageError} naming the option, its value and what is allowed. */
export function readCloudSettings(args: string[], environment: NodeJS.ProcessEnv): CloudSettings {
  const values = parse(args);
  const { region = "us-east-1", account: accountId = "000000000000" } = values;
  if (!isRegion(region)) {
    throw new UsageError(`--region is "${region}"; allowed is an AWS region, such as eu-west-1`);
  }
  if (!/^\d{12}$/.test(accountId)) {
    throw new UsageError(`--account is "${accountId}"; allowed are twelve digits, such as 123456789012`);
  }
  const stateDirectory = values.state ?? environment.LOCAL_STATE_DIR;
  if (stateDirectory === "") throw new UsageError(`--state (LOCAL_STATE_DIR) is ""; allowed is a folder`);
  const xrayPort = values["xray-port"] ?? environment.LOCAL_XRAY_PORT;
  const clock = Number(values.clock ?? 1);
  if (!(clock >= 1 && clock <= 10_000)) {
    throw new UsageError(`--clock is "${values.clock}"; allowed is a number from 1 to 10000`);
  }
  return {
    help: values.help ?? false,
    port: port("--port (LOCAL_AWS_PORT)", values.port ?? environment.LOCAL_AWS_PORT ?? "4566"),
    apiPort: port("--api-port (LOCAL_API_PORT)", values["api-port"] ?? environment.LOCAL_API_PORT ?? "3000"),
    region,
    accountId,
    clock,
    ...(stateDirectory !== undefined && { stateDirectory }),
    ...(xrayPort !== undefined && { xrayPort: port("--xray-port (LOCAL_XRAY_PORT)", xrayPort) }),
  };
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string" },
        "api-port": { type: "string" },
        "xray-port": { type: "string" },
        region: { type: "string" },
        account: { type: "string" },
        state: { type: "string" },
        clock: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}\n\n${usage}`);
  }
}
