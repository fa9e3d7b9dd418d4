import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  NoSuchEntityException,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import writeFileAtomic from "write-file-atomic";
import { output, type Stack, stateDirectory } from "../stack.ts";

/** Snowflake's user in the local account: it has a user of its own in AWS, and here somebody has to be it. */
export interface SnowflakeUser {
  arn: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

const UserName = "snowflake";
const file = () => join(stateDirectory(), "snowflake.json");

/**
 * The IAM user that Snowflake is on this machine, made if it is not there: it may assume the two roles, and nothing else.
 * Its key is kept in the state folder, readable for its owner only.
 */
export async function localSnowflakeUser(stack: Stack): Promise<SnowflakeUser> {
  const iam = new IAMClient(stack.client);
  const { User } = await iam.send(new GetUserCommand({ UserName })).catch((error) => {
    if (!(error instanceof NoSuchEntityException)) throw error;
    return iam.send(new CreateUserCommand({ UserName }));
  });
  const Resource = [output(stack, "snowflakeExternalFunctionRoleArn"), output(stack, "snowflakeStorageRoleArn")];
  await iam.send(
    new PutUserPolicyCommand({
      UserName,
      PolicyName: "assume-roles",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Resource }],
      }),
    }),
  );
  return { arn: User!.Arn!, credentials: await accessKey(iam) };
}

async function accessKey(iam: IAMClient): Promise<SnowflakeUser["credentials"]> {
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
  const kept = existsSync(file()) ? JSON.parse(readFileSync(file(), "utf8")) : undefined;
  if (AccessKeyMetadata.some(({ AccessKeyId }) => AccessKeyId === kept?.accessKeyId)) return kept;
  // A key whose secret is lost is of no use to anyone.
  for (const { AccessKeyId } of AccessKeyMetadata) {
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  // Of a platform that keeps its state elsewhere, and is only exercised from here, there is none.
  mkdirSync(stateDirectory(), { recursive: true, mode: 0o700 });
  await writeFileAtomic(file(), JSON.stringify(credentials), { mode: 0o600 });
  return credentials;
}
