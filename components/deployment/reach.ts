import { setTimeout as sleep } from "node:timers/promises";
import { deploymentUnderWay, type ShiftInputs, startDeployment, versionOf } from "./codeDeploy.ts";
import type { Connection } from "./connection.ts";
import { DeploymentFailure, follow, type Pace, usualPace } from "./follow.ts";

type Say = (text: string) => void;

/** Before a deployment is looked at again that CodeDeploy does not list yet, or that has not begun, in milliseconds. */
const pauseMs = 1_000;

/**
 * Moves the alias to the version, unless it is there already: joins a deployment that does so, waits for the end of one
 * that brings another version, or starts one. One that is refused a right soon after its start is tried again, once: IAM
 * takes some seconds until the rights that this very update gave count everywhere.
 *
 * @throws Error when the credentials are of another account, and when the deployment does not succeed.
 */
export async function reach(aws: Connection, inputs: ShiftInputs, say: Say, pace: Pace = usualPace): Promise<void> {
  await requireAccount(aws, inputs);
  for (let tries = 1; ; ) {
    const running = await deploymentUnderWay(aws, inputs);
    if (running) {
      const brought = await versionOf(aws, running);
      if (brought === undefined) {
        await sleep(pauseMs);
        continue;
      }
      const ours = brought === inputs.version;
      say(ours ? `deployment ${running} is under way already: joined` : `waits for the end of deployment ${running}`);
      if (ours) return follow(aws, inputs, running, say, pace);
      // How that one ends is no matter of this version's.
      await follow(aws, inputs, running, say, pace).catch((error: Error) => say(error.message));
      continue;
    }
    const { FunctionVersion: current } = await aws.lambda.getAlias({
      FunctionName: inputs.functionName,
      Name: inputs.alias,
    });
    if (current === inputs.version) return;
    await warnOfExpiry(aws, inputs, say);
    const started = await startDeployment(aws, inputs, String(current));
    if (!started) {
      // Somebody else was a moment faster: theirs is joined.
      await sleep(pauseMs);
      continue;
    }
    say(`deployment ${started}: ${inputs.type} from version ${current} to ${inputs.version}`);
    try {
      return await follow(aws, inputs, started, say, pace);
    } catch (error) {
      if (tries++ > 1 || !(error instanceof DeploymentFailure && error.refusedEarly)) throw error;
      say(`${error.message}. A permission may not have spread yet: trying again in ${pace.rightsMs / 1_000} s`);
      await sleep(pace.rightsMs);
    }
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
