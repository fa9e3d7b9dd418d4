import { IAM } from "@aws-sdk/client-iam";
import { STS } from "@aws-sdk/client-sts";
import { clientOf, type LocalCloud } from "./cloud.ts";

/**
 * The environment of one who has assumed a role of workflows. GitHub's tokens cannot be had here: the account's own administrator
 * is let in instead.
 */
export async function actingAs(roleArn: string, cloud: LocalCloud): Promise<NodeJS.ProcessEnv> {
  const trust = { Effect: "Allow", Principal: { AWS: roleArn.split(":")[4] }, Action: "sts:AssumeRole" };
  await new IAM(clientOf(cloud)).updateAssumeRolePolicy({
    RoleName: roleArn.split("/").at(-1),
    PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: trust }),
  });
  const { Credentials } = await new STS(clientOf(cloud)).assumeRole({ RoleArn: roleArn, RoleSessionName: "workflow" });
  return {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey,
    AWS_SESSION_TOKEN: Credentials?.SessionToken,
  };
}

/** The account's administrator again. */
export const asAdministrator: NodeJS.ProcessEnv = {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_SESSION_TOKEN: undefined,
};
