import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { type Connection, connect, type Settings } from "./connection.ts";
import { follow, stop } from "./follow.ts";
import { deploymentUnderWay, type ShiftInputs, startDeployment, versionOf } from "./shift.ts";

// All that is reached from here runs in Pulumi's process for dynamic resources; the AWS SDK is the program's own there.

/** What of the stack's configuration says how to reach AWS. */
const settings: Settings = { profile: undefined, assumeRoles: [] };

const idOf = ({ functionName, alias }: ShiftInputs): string => `${functionName}/${alias}`;

/** Moves the alias to the version, unless it is there already. */
async function reach(inputs: ShiftInputs): Promise<void> {
  const aws = connect(inputs.functionArn, settings);
  const say = (text: string): void => console.log(`${inputs.functionName}: ${text}`);
  await requireAccount(aws, inputs);
  for (;;) {
    const running = await deploymentUnderWay(aws, inputs);
    if (running) {
      const ours = (await versionOf(aws, running)) === inputs.version;
      say(ours ? `deployment ${running} is under way already: joined` : `waits for the end of deployment ${running}`);
      if (ours) return follow(aws, inputs, running, say);
      // How that one ends is no matter of this version's.
      await follow(aws, inputs, running, say).catch((error: Error) => say(error.message));
      continue;
    }
    const alias = await aws.lambda.getAlias({ FunctionName: inputs.functionName, Name: inputs.alias });
    if (alias.FunctionVersion === inputs.version) return;
    await warnOfExpiry(aws, inputs, say);
    const started = await startDeployment(aws, inputs, String(alias.FunctionVersion));
    // None when somebody else was a moment faster: theirs is joined.
    if (!started) continue;
    say(`${inputs.type} from version ${alias.FunctionVersion} to ${inputs.version}: deployment ${started}`);
    return follow(aws, inputs, started, say);
  }
}

/** Credentials of another account would find a function of the same name there, or nothing. */
async function requireAccount(aws: Connection, { functionArn }: ShiftInputs): Promise<void> {
  const wanted = functionArn.split(":")[4];
  const { Account } = await aws.sts.getCallerIdentity({});
  if (Account === wanted) return;
  throw new Error(
    `the credentials are of account ${Account}, and ${functionArn} is in account ${wanted}; set aws:profile or aws:assumeRoles in the stack's configuration, or AWS_PROFILE`,
  );
}

async function warnOfExpiry(aws: Connection, { minutes }: ShiftInputs, say: (text: string) => void): Promise<void> {
  const { expiration } = await aws.credentials();
  if (!expiration || expiration.getTime() > Date.now() + minutes * 60_000) return;
  say(
    `warning: the credentials expire at ${expiration.toISOString()}, before the shift of ${minutes} minutes ends; CodeDeploy would end it, and the next up see how. Renew them before, or choose a shorter shift`,
  );
}

/** https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/ */
const provider: dynamic.ResourceProvider = {
  async configure({ config }) {
    settings.profile = config.get("aws:profile") || undefined;
    const roles = JSON.parse(config.get("aws:assumeRoles") ?? "[]");
    const role = JSON.parse(config.get("aws:assumeRole") ?? "null");
    settings.assumeRoles = role ? [role, ...roles] : roles;
  },
  async create(inputs: ShiftInputs) {
    await reach(inputs);
    return { id: idOf(inputs), outs: inputs };
  },
  async diff(_id, before: ShiftInputs, after: ShiftInputs) {
    const { __provider: _old, ...old } = before as ShiftInputs & { __provider?: unknown };
    const { __provider: _new, ...wanted } = after as ShiftInputs & { __provider?: unknown };
    const keys = Object.keys({ ...old, ...wanted }) as (keyof ShiftInputs)[];
    const changed = keys.filter((key) => !isDeepStrictEqual(old[key], wanted[key]));
    const replaces = changed.filter((key) => key === "functionName" || key === "functionArn" || key === "alias");
    return { changes: changed.length > 0, replaces };
  },
  async update(_id, _before, after: ShiftInputs) {
    await reach(after);
    return { outs: after };
  },
  async delete(_id, inputs: ShiftInputs) {
    const aws = connect(inputs.functionArn, settings);
    const running = await deploymentUnderWay(aws, inputs);
    if (running) await stop(aws, running);
  },
};

/** What Pulumi's process asks the code of a dynamic resource for. */
export const handler = (): dynamic.ResourceProvider => provider;
