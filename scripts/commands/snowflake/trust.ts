import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import type { CommandModule } from "yargs";
import { ownConfigFile, projectName, readConfig } from "../../lib/config.ts";
import { editConfig } from "../../lib/editConfig.ts";
import { Failure } from "../../lib/failure.ts";
import { printJson } from "../../lib/print.ts";
import { pulumiCommand } from "../../lib/pulumi.ts";
import { type Described, readDescribed } from "../../lib/snowflake/describe.ts";
import { checkRoles, checkTrust, isWhole, type Trust, type TrustKey, trustOf } from "../../lib/snowflake/trust.ts";
import { localSnowflakeUser } from "../../lib/snowflake/user.ts";
import { defaultStack, localStack, readStack } from "../../lib/stack.ts";

interface Options extends Trust {
  file?: string;
  local: boolean;
  stack?: string;
  json?: boolean;
}

const flags = {
  apiAwsIamUserArn: "API_AWS_IAM_USER_ARN",
  apiAwsExternalId: "API_AWS_EXTERNAL_ID",
  storageAwsIamUserArn: "STORAGE_AWS_IAM_USER_ARN",
  storageAwsExternalId: "STORAGE_AWS_EXTERNAL_ID",
} satisfies Record<TrustKey, string>;

/** `dsp snowflake trust`: whom the roles trust, from what Snowflake says, into the stack's configuration. */
export const trust: CommandModule<object, Options> = {
  command: "trust [file]",
  describe: "Set whom the roles trust, from what DESCRIBE INTEGRATION answers",
  builder: (command) => {
    command.positional("file", {
      type: "string",
      describe: "Both answers, as table, CSV or JSON [default: standard input]",
    });
    for (const [key, property] of Object.entries(flags)) {
      const flag = key.replace(/[A-Z]/g, "-$&").toLowerCase();
      command.option(flag, { type: "string", describe: `${property}, instead of a paste` });
    }
    return command
      .option("local", {
        type: "boolean",
        default: false,
        describe: "Make a user in the local account that is Snowflake's there, and trust it",
      })
      .example("dsp snowflake trust --stack dev", "Paste both answers, then Ctrl-D")
      .example("dsp snowflake trust described.csv --stack dev", "From a file")
      .example("dsp snowflake trust --local", "On this machine");
  },
  async handler({ stack: name = defaultStack(), json, ...options }) {
    const found = await ask(name, options);
    checkTrust(found);
    const changed = await editConfig(name, found as Record<string, string>);
    const all = { ...configured(name), ...found };
    const missing = isWhole(all) ? undefined : all.apiAwsIamUserArn ? "storage" : "API";
    if (json) return printJson({ file: ownConfigFile(name), changed, trust: found, whole: !missing });
    for (const [key, value] of Object.entries(found)) console.log(`${key}: ${value}`);
    console.log(changed ? `Written to ${ownConfigFile(name)}.` : `${ownConfigFile(name)} had them already.`);
    if (missing) console.log(`Still to come: the ${missing} integration's; until then the trust is pending.`);
    else if (name === localStack) console.log("npm start applies it: by itself while it runs, else when it starts.");
    else console.log(`Now: ${pulumiCommand()} up --stack ${name}`);
  },
};

async function ask(name: string, { file, local, ...options }: Omit<Options, "stack" | "json">): Promise<Trust> {
  const given = Object.fromEntries(
    (Object.keys(flags) as TrustKey[]).filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
  ) as Trust;
  const ways = [Object.keys(given).length > 0, file !== undefined, local].filter(Boolean).length;
  if (ways > 1) throw new Failure("Give a file, or flags, or --local: one of them");
  if (local) return trustLocally(name);
  if (ways === 1 && file === undefined) return given;
  const described = readDescribed(await read(file));
  await compare(described, name);
  return trustOf(described);
}

async function read(file: string | undefined): Promise<string> {
  if (file === undefined || file === "-") {
    if (process.stdin.isTTY)
      console.error("Paste what both DESCRIBE INTEGRATION statements answer, then press Ctrl-D:");
    return readAll(process.stdin);
  }
  if (!existsSync(file)) throw new Failure(`There is no file ${file}`);
  return readFileSync(file, "utf8");
}

/** What is described must be of this stack. */
async function compare(described: Described, name: string): Promise<void> {
  if (described.API_AWS_ROLE_ARN === undefined && described.STORAGE_AWS_ROLE_ARN === undefined) return;
  checkRoles(described, (await readStack(name)).outputs, name);
}

/** As Snowflake's accounts have it: one user, and an external id for each integration, kept once it is there. */
async function trustLocally(name: string): Promise<Trust> {
  if (name !== localStack) {
    throw new Failure(`--local is for stack "${localStack}"; stack "${name}" trusts whom DESCRIBE INTEGRATION names`);
  }
  const { arn } = await localSnowflakeUser(await readStack(name));
  const before = configured(name);
  const keeps = (user: string | undefined, id: string | undefined) =>
    user === arn && id ? id : `LOCAL_SFCRole=1_${randomBytes(18).toString("base64")}`;
  return {
    apiAwsIamUserArn: arn,
    apiAwsExternalId: keeps(before.apiAwsIamUserArn, before.apiAwsExternalId),
    storageAwsIamUserArn: arn,
    storageAwsExternalId: keeps(before.storageAwsIamUserArn, before.storageAwsExternalId),
  };
}

/** What the stack's configuration says now. */
function configured(name: string): Trust {
  const config = readConfig(name);
  const project = projectName();
  return Object.fromEntries(
    (Object.keys(flags) as TrustKey[])
      .map((key) => [key, config[`${project}:${key}`]])
      .filter(([, value]) => typeof value === "string" && value !== ""),
  );
}
