/**
 * ECR: repositories, their policies and images, as its API has them. No registry of Docker's answers at a repository's address.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
 */
import type { Cloud, Service } from "../../service.ts";
import { imageOperations } from "./images.ts";
import { Layers, layerOperations } from "./layers.ts";
import { policyOperations } from "./policies.ts";
import { Records } from "./records.ts";
import { registryOperations } from "./registry.ts";
import { repositoryOperations } from "./repositories.ts";

export function createEcr(cloud: Cloud): Service {
  const records = new Records(cloud);
  const layers = new Layers(cloud);
  return {
    name: "ecr",
    shapes: () => import("@aws-sdk/client-ecr"),
    operations: {
      ...repositoryOperations(records, layers),
      ...policyOperations(records),
      ...imageOperations(records, layers),
      ...layerOperations(records, layers),
      ...registryOperations(cloud, records),
    },
  };
}
