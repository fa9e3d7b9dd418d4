import type { Place, Statement } from "./place.ts";

type StatePlace = Pick<Place, "project" | "environment" | "stateBucket" | "stateKey" | "secretsKey" | "region">;

/**
 * What a role may do with Pulumi's state: with that of one environment, and no other's.
 * https://www.pulumi.com/docs/iac/concepts/state-and-backends/#s3
 * @param may `read` is enough for a preview, `lock` for a refresh that changes nothing; `write` is for an update. Old versions
 * are nobody's to delete.
 */
export function stateStatements(place: StatePlace, may: "read" | "lock" | "write"): Statement[] {
  const { project, environment, stateBucket, stateKey, secretsKey, region } = place;
  const keys = (...folders: string[]) => folders.map((folder) => `${stateBucket}/.pulumi/${folder}`);
  // The state, the one before, and the stack's tags.
  const stack = `stacks/${project}/${environment}.*`;
  const locks = `locks/organization/${project}/${environment}/*`;
  const kept = [stack, `history/${project}/${environment}/*`, `backups/${project}/${environment}/*`, locks];
  const encrypted = may === "read" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"];
  return [
    // Names of stacks and no more: without it, what is not there could not be told from what is forbidden.
    { Effect: "Allow", Action: "s3:ListBucket", Resource: stateBucket },
    { Effect: "Allow", Action: "s3:GetObject", Resource: keys("meta.yaml", ...kept) },
    ...(may === "read"
      ? []
      : [
          {
            Effect: "Allow" as const,
            Action: ["s3:PutObject", "s3:DeleteObject"],
            Resource: keys(...(may === "write" ? kept : [locks])),
          },
        ]),
    {
      Effect: "Allow",
      Action: encrypted,
      Resource: stateKey,
      Condition: { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } },
    },
    // The key of a stack's secrets is decrypted once, and encrypts and decrypts them in the CLI.
    { Effect: "Allow", Action: "kms:Decrypt", Resource: secretsKey },
  ];
}
