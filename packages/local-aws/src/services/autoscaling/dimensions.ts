/**
 * What can be scaled. Application Auto Scaling uses a service-linked role that an account cannot change; here it calls
 * as the account itself.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
 */
import { AwsError, type Cloud } from "../../service.ts";
import { validation } from "./records.ts";

export interface Dimension {
  /** Suffix of `AWSServiceRoleForApplicationAutoScaling_…`. */
  role: string;
  /** @throws AwsError when there is no such thing */
  read(cloud: Cloud, resourceId: string): Promise<number>;
  write(cloud: Cloud, resourceId: string, capacity: number): Promise<void>;
}

/** `service/CLUSTER/SERVICE` */
const service = (resourceId: string) => {
  const [kind, cluster, name] = resourceId.split("/");
  if (kind !== "service" || !cluster || !name) throw validation(`Unsupported service resource: ${resourceId}`);
  return { cluster, name };
};

/** `endpoint/NAME/variant/VARIANT` */
const variant = (resourceId: string) => {
  const [kind, EndpointName, of, VariantName] = resourceId.split("/");
  if (kind !== "endpoint" || of !== "variant" || !EndpointName || !VariantName) {
    throw validation(`Unsupported sagemaker resource: ${resourceId}`);
  }
  return { EndpointName, VariantName };
};

/** By namespace and scalable dimension. */
const dimensions: Record<string, Dimension> = {
  "ecs ecs:service:DesiredCount": {
    role: "ECSService",
    async read(cloud, resourceId) {
      const { cluster, name } = service(resourceId);
      const { services = [] } = await cloud.call("ecs", "DescribeServices", { cluster, services: [name] });
      if (services[0]?.status !== "ACTIVE") throw validation(`ECS service doesn't exist: ${resourceId}`);
      return services[0].desiredCount ?? 0;
    },
    async write(cloud, resourceId, desiredCount) {
      const { cluster, name } = service(resourceId);
      await cloud.call("ecs", "UpdateService", { cluster, service: name, desiredCount });
    },
  },
  "sagemaker sagemaker:variant:DesiredInstanceCount": {
    role: "SageMakerEndpoint",
    async read(cloud, resourceId) {
      const { EndpointName, VariantName } = variant(resourceId);
      const { ProductionVariants = [] } = await cloud
        .call("sagemaker", "DescribeEndpoint", { EndpointName })
        .catch(() => ({ ProductionVariants: [] }));
      const found = ProductionVariants.find((one) => one.VariantName === VariantName);
      if (!found) throw validation(`Could not find SageMaker variant: ${resourceId}`);
      return found.DesiredInstanceCount ?? 0;
    },
    async write(cloud, resourceId, DesiredInstanceCount) {
      const { EndpointName, VariantName } = variant(resourceId);
      await cloud.call("sagemaker", "UpdateEndpointWeightsAndCapacities", {
        EndpointName,
        DesiredWeightsAndCapacities: [{ VariantName, DesiredInstanceCount }],
      });
    },
  },
};

/** @throws AwsError naming what is not modelled */
export function dimensionOf(namespace: string, scalableDimension: string): Dimension {
  const found = dimensions[`${namespace} ${scalableDimension}`];
  if (found) return found;
  throw new AwsError(
    "ValidationException",
    `The local cloud does not scale ${scalableDimension} of ${namespace}; it scales ${Object.keys(dimensions).join(", ")}`,
  );
}
