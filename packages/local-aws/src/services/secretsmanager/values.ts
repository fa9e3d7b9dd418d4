/** Values of secrets, their versions and stages. */
import { randomInt } from "node:crypto";
import type * as sdk from "@aws-sdk/client-secrets-manager";
import { page } from "../../kit/page.ts";
import type { Operations } from "../../operations.ts";
import { accessOf, invalidToken, matches, token, valueIn } from "./requests.ts";
import { invalidParameter, invalidRequest, type Secret, type Secrets, type Version } from "./secrets.ts";

const day = 86_400_000;

/** The last access is only tracked by day. */
const today = () => Math.floor(Date.now() / day) * day;

export function valueOperations(secrets: Secrets): Operations<"secretsmanager"> {
  const on = accessOf(secrets);
  const shown = (secret: Secret, version: Version) => {
    const accessed = today();
    const versions = secret.versions.map((one) => (one.id === version.id ? { ...one, accessed } : one));
    if (version.accessed !== accessed) secrets.put({ ...secret, accessed, versions });
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      ...(version.text !== undefined && { SecretString: version.text }),
      ...(version.binary !== undefined && { SecretBinary: Buffer.from(version.binary, "base64") }),
      VersionStages: version.stages,
      CreatedDate: new Date(version.created),
    };
  };

  return {
    GetSecretValue: {
      access: ({ SecretId }) => on("GetSecretValue", SecretId),
      run({ SecretId, VersionId, VersionStage }) {
        const secret = secrets.usable(SecretId);
        return shown(secret, secrets.version(secret, VersionId, VersionStage));
      },
    },
    BatchGetSecretValue: {
      access: ({ SecretIdList = [] }) => [
        { action: "secretsmanager:BatchGetSecretValue", resource: "*" },
        ...SecretIdList.flatMap((id) => on("GetSecretValue", id)),
      ],
      run({ SecretIdList, Filters = [] }) {
        const ids =
          SecretIdList ??
          secrets
            .all()
            .filter((secret) => matches(secret, Filters))
            .map(({ arn }) => arn);
        const SecretValues: sdk.SecretValueEntry[] = [];
        const Errors: sdk.APIErrorType[] = [];
        for (const SecretId of ids) {
          try {
            const secret = secrets.usable(SecretId);
            SecretValues.push(shown(secret, secrets.version(secret, undefined, undefined)));
          } catch (error) {
            const { name, message } = error as Error;
            Errors.push({ SecretId, ErrorCode: name, Message: message });
          }
        }
        return { SecretValues, Errors };
      },
    },
    PutSecretValue: {
      access: ({ SecretId }) => on("PutSecretValue", SecretId),
      run({ SecretId, ClientRequestToken, VersionStages, ...given }, call) {
        const id = token(ClientRequestToken, call);
        const secret = secrets.usable(SecretId);
        const value = valueIn(given);
        if (!value) throw invalidRequest("You must provide either SecretString or SecretBinary.");
        const { stages } = secrets.version(secrets.addVersion(secret, id, value, VersionStages), id, undefined);
        return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
      },
    },
    UpdateSecretVersionStage: {
      access: ({ SecretId }) => on("UpdateSecretVersionStage", SecretId),
      run({ SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId }) {
        const { arn, name } = secrets.moveStage(
          secrets.usable(SecretId),
          VersionStage,
          MoveToVersionId,
          RemoveFromVersionId,
        );
        return { ARN: arn, Name: name };
      },
    },
    ListSecretVersionIds: {
      access: ({ SecretId }) => on("ListSecretVersionIds", SecretId),
      run({ SecretId, IncludeDeprecated = false, ...paging }) {
        const { arn, name, versions, kmsKeyId = "DefaultEncryptionKey" } = secrets.known(SecretId);
        const listed = versions.filter(({ stages }) => IncludeDeprecated || stages.length > 0);
        const { items, next } = page(listed, paging, ({ created, id }) => [created, id], { invalid: invalidToken });
        return {
          ARN: arn,
          Name: name,
          Versions: items.map(({ id, stages, created, accessed }) => ({
            VersionId: id,
            ...(stages.length > 0 && { VersionStages: stages }),
            CreatedDate: new Date(created),
            ...(accessed !== undefined && { LastAccessedDate: new Date(accessed) }),
            KmsKeyIds: [kmsKeyId],
          })),
          ...(next && { NextToken: next }),
        };
      },
    },
    GetRandomPassword: {
      access: () => [{ action: "secretsmanager:GetRandomPassword", resource: "*" }],
      run: (input) => ({ RandomPassword: password(input) }),
    },
  };
}

function password(input: sdk.GetRandomPasswordRequest): string {
  const { PasswordLength = 32, ExcludeCharacters = "", IncludeSpace = false, RequireEachIncludedType = true } = input;
  const kinds = [
    input.ExcludeLowercase ? "" : "abcdefghijklmnopqrstuvwxyz",
    input.ExcludeUppercase ? "" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    input.ExcludeNumbers ? "" : "0123456789",
    input.ExcludePunctuation ? "" : "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    IncludeSpace ? " " : "",
  ]
    .map((kind) => [...kind].filter((one) => !ExcludeCharacters.includes(one)))
    .filter((kind) => kind.length > 0);
  if (PasswordLength < 1 || PasswordLength > 4096 || kinds.length === 0)
    throw invalidParameter("The password needs 1 to 4096 characters of at least one kind.");
  const pick = (from: string[]) => from[randomInt(from.length)]!;
  const drawn = RequireEachIncludedType ? kinds.map(pick).slice(0, PasswordLength) : [];
  while (drawn.length < PasswordLength) drawn.push(pick(kinds.flat()));
  for (let last = drawn.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [drawn[last], drawn[other]] = [drawn[other]!, drawn[last]!];
  }
  return drawn.join("");
}
