import type { Connection } from "./connection.ts";
import { follow } from "./follow.ts";
import { deploymentUnderWay, type ShiftInputs, startDeployment, versionOf } from "./shift.ts";

type Say = (text: string) => void;

/** Before a deployment that CodeDeploy says there is, and does not list yet, is looked for again, in milliseconds. */
const pauseMs = 1_000;

/**
 * Moves the alias to the version, unless it is there already: joins a deployment that does so, waits for the end of one
 * that brings another version, or starts one.
 *
 * @throws Error when the credentials are of another account, and when the deployment does not succeed.
 */
export async function reach(aws: Connection, inputs: ShiftInputs, say: Say): Promise<void> {
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
    const { FunctionVersion: current } = await aws.lambda.getAlias({
      FunctionName: inputs.functionName,
      Name: inputs.alias,
    });
    if (current === inputs.version) return;
    await warnOfExpiry(aws, inputs, say);
    const started = await startDeployment(aws, inputs, String(current));
    if (started) {
      say(`deployment ${started}: ${inputs.type} from version ${current} to ${inputs.version}`);
      return follow(aws, inputs, started, say);
    }
    // Somebody else was a moment faster: theirs is joined.
    await new Promise((done) => setTimeout(done, pauseMs));
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

async function warnOfExpiry(aws: Connection, inputs: ShiftInputs, say: Say): Promise<void> {
  const { expiration } = await aws.credentials();
  const hooks = [inputs.beforeAllowTraffic, inputs.afterAllowTraffic];
  const hookMinutes = hooks.reduce((sum, hook) => sum + (hook?.timeout ?? 0), 0) / 60;
  const minutes = Math.ceil(inputs.minutes + hookMinutes);
  if (!expiration || expiration.getTime() > Date.now() + minutes * 60_000) return;
  say(
    `warning: the credentials expire at ${expiration.toISOString()}, and the shift may take ${minutes} minutes; CodeDeploy would end it by itself, and the next up see how. Renew them before, or choose a shorter shift`,
  );
}
