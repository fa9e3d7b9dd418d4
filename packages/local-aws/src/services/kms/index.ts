/**
 * KMS: keys exist, have a policy, tags and aliases, encrypt for permitted callers, and can be deleted. Other services refer to
 * them and encrypt nothing: state on one machine is as safe as the machine. https://docs.aws.amazon.com/kms/latest/APIReference/
 */
import type { Cloud, Service } from "../../service.ts";
import { aliasOperations } from "./aliases.ts";
import { encryptionOperations } from "./encryption.ts";
import { grantOperations } from "./grants.ts";
import { importOperations } from "./imports.ts";
import { keyOperations } from "./keys.ts";
import { Records } from "./records.ts";
import { replicaOperations } from "./replicas.ts";
import { settingOperations } from "./settings.ts";
import { signingOperations } from "./signing.ts";

export function createKms(cloud: Cloud): Service {
  const records = new Records(cloud);
  return {
    name: "kms",
    shapes: () => import("@aws-sdk/client-kms"),
    operations: {
      ...keyOperations(cloud, records),
      ...settingOperations(records),
      ...aliasOperations(records),
      ...encryptionOperations(records),
      ...signingOperations(records),
      ...grantOperations(records),
      ...importOperations(records),
      ...replicaOperations(cloud, records),
    },
  };
}
