/**
 * Secrets Manager: secrets, their versions and stages, tags, policies, rotation by a function. What is kept is as safe as the
 * machine. https://docs.aws.amazon.com/secretsmanager/latest/apireference/
 */
import type { Cloud, Service } from "../../service.ts";
import { Rotations } from "./rotation.ts";
import { secretOperations } from "./secretOperations.ts";
import { Secrets } from "./secrets.ts";
import { valueOperations } from "./values.ts";

export function createSecretsManager(cloud: Cloud): Service {
  const secrets = new Secrets(cloud);
  const rotations = new Rotations(cloud, secrets);
  return {
    name: "secretsmanager",
    shapes: () => import("@aws-sdk/client-secrets-manager"),
    operations: { ...valueOperations(secrets), ...secretOperations(secrets, rotations) },
    async start() {
      rotations.start();
    },
    async stop() {
      rotations.stop();
    },
  };
}
