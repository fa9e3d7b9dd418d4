/** Where AWS services would deliver logs of their own: destinations and their policies are kept; nothing is delivered to them. */
import type { DeliveryDestination } from "@aws-sdk/client-cloudwatch-logs";
import { parsePolicy } from "../../authorization/validate.ts";
import { brokenConstraint } from "../../kit/constraint.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { type DeliveryDestinationRecord, type LogGroups, pageOf } from "./groups.ts";

const formats = ["w3c", "raw", "json", "plain", "parquet"];
/** Kinds of resources by the service in their ARN. */
const types: Record<string, "S3" | "CWL" | "FH"> = { s3: "S3", logs: "CWL", firehose: "FH" };

const absent = () =>
  new AwsError("ResourceNotFoundException", "Requested Delivery Destination does not exist in this account.");
const wrong = (message: string) => new AwsError("ValidationException", message);

export function deliveryDestinationOperations(logs: LogGroups): Operations<"logs"> {
  const { deliveryDestinations } = logs;
  const arn = (name: string) =>
    `arn:aws:logs:${logs.cloud.region}:${logs.cloud.accountId}:delivery-destination:${name}`;
  const on = (action: string, name: string) => [{ action: `logs:${action}`, resource: arn(name) }];
  const find = (name: string): DeliveryDestinationRecord => {
    const found = deliveryDestinations.get(name);
    if (!found) throw absent();
    return found;
  };
  const shown = ({ name, resourceArn, format, tags }: DeliveryDestinationRecord): DeliveryDestination => ({
    name,
    arn: arn(name),
    deliveryDestinationType: types[resourceArn.split(":")[2] ?? ""],
    ...(format && { outputFormat: format as NonNullable<DeliveryDestination["outputFormat"]> }),
    deliveryDestinationConfiguration: { destinationResourceArn: resourceArn },
    ...(Object.keys(tags).length > 0 && { tags }),
  });
  const policyOf = ({ policy }: DeliveryDestinationRecord) => ({
    policy: policy === undefined ? {} : { deliveryDestinationPolicy: policy },
  });

  return {
    PutDeliveryDestination: {
      access: ({ name }) => on("PutDeliveryDestination", name),
      run({ name, outputFormat: format, deliveryDestinationConfiguration: configuration, tags }) {
        if (!/^[\w-]{1,60}$/.test(name)) {
          const pattern = "Member must satisfy regular expression pattern: [\\w-]*";
          throw wrong(brokenConstraint(name, "name", pattern));
        }
        if (format !== undefined && !formats.includes(format)) {
          const set = `Member must satisfy enum value set: [${formats.join(", ")}]`;
          throw wrong(brokenConstraint(format, "outputFormat", set));
        }
        const before = deliveryDestinations.get(name);
        const resourceArn = configuration?.destinationResourceArn ?? before?.resourceArn ?? "";
        if (!Object.hasOwn(types, resourceArn.split(":")[2] ?? ""))
          throw wrong("destinationResourceArn must be the ARN of a bucket, a log group or a delivery stream.");
        const record: DeliveryDestinationRecord = {
          ...before,
          name,
          resourceArn,
          ...(format !== undefined && { format }),
          tags: { ...before?.tags, ...tags },
        };
        deliveryDestinations.put(name, record);
        return { deliveryDestination: shown(record) };
      },
    },
    GetDeliveryDestination: {
      access: ({ name }) => on("GetDeliveryDestination", name),
      run: ({ name }) => ({ deliveryDestination: shown(find(name)) }),
    },
    DescribeDeliveryDestinations: {
      access: () => on("DescribeDeliveryDestinations", "*"),
      run(input) {
        const { items, paging } = pageOf(deliveryDestinations.values(), input, ({ name }) => name);
        return { deliveryDestinations: items.map(shown), ...paging };
      },
    },
    DeleteDeliveryDestination: {
      access: ({ name }) => on("DeleteDeliveryDestination", name),
      run({ name }) {
        deliveryDestinations.delete(find(name).name);
        return {};
      },
    },
    PutDeliveryDestinationPolicy: {
      access: ({ deliveryDestinationName: name }) => on("PutDeliveryDestinationPolicy", name),
      run({ deliveryDestinationName, deliveryDestinationPolicy: policy }) {
        const destination = find(deliveryDestinationName);
        parsePolicy(policy, "resource");
        deliveryDestinations.put(destination.name, { ...destination, policy });
        return policyOf({ ...destination, policy });
      },
    },
    GetDeliveryDestinationPolicy: {
      access: ({ deliveryDestinationName: name }) => on("GetDeliveryDestinationPolicy", name),
      run: ({ deliveryDestinationName }) => policyOf(find(deliveryDestinationName)),
    },
    DeleteDeliveryDestinationPolicy: {
      access: ({ deliveryDestinationName: name }) => on("DeleteDeliveryDestinationPolicy", name),
      run({ deliveryDestinationName }) {
        const { policy: _, ...destination } = find(deliveryDestinationName);
        deliveryDestinations.put(destination.name, destination);
        return {};
      },
    },
  };
}
