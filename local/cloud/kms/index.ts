/**
 * KMS, as far as other services refer to it: keys exist, have a policy, tags and aliases, and can be given up. Nothing is
 * encrypted with them: state on one machine is as safe as the machine. https://docs.aws.amazon.com/kms/latest/APIReference/
 */
import type { Cloud, Service } from "../service.ts";
import { aliasOperations } from "./aliases.ts";
import { keyOperations } from "./keys.ts";
import { Records } from "./records.ts";
import { settingOperations } from "./settings.ts";

export function createKms(cloud: Cloud): Service {
  const records = new Records(cloud);
  return {
    name: "kms",
    shapes: () => import("@aws-sdk/client-kms"),
    operations: { ...keyOperations(cloud, records), ...settingOperations(records), ...aliasOperations(records) },
  };
}
