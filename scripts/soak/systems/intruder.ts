import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { output } from "../../lib/stack.ts";
import type { Load } from "./load.ts";

export const intruderName = "soak-intruder";
let dynamodb: DynamoDBClient;

/** Somebody without rights, who is refused each time: the only calls of the run that IAM is to refuse. */
export const intruder: Load = {
  name: "intruder",
  pause: 8_000,
  async prepare({ stack: { client } }) {
    const iam = new IAMClient(client);
    const sts = new STSClient(client);
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    const trust = { Effect: "Allow", Principal: { AWS: Account }, Action: "sts:AssumeRole" };
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: intruderName,
        AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: trust }),
      }),
    );
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: intruderName }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    dynamodb = new DynamoDBClient({ ...client, credentials, maxAttempts: 1 });
  },
  async step({ stack, ledger }) {
    const read = new GetItemCommand({ TableName: output(stack, "irisTableName"), Key: { id: { S: "x" } } });
    const refused = await dynamodb.send(read).then(
      () => "nothing",
      (error: Error) => error.name,
    );
    ledger.expect("answers are right", refused === "AccessDeniedException", () => `the intruder was told ${refused}`);
  },
};
