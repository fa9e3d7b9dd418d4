/**
 * Deliveries of logs that services of AWS would write: of event buses here. Sources and deliveries are kept; nothing is delivered.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
 */
import { randomBytes } from "node:crypto";
import type { Delivery, DeliverySource } from "@aws-sdk/client-cloudwatch-logs";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { type LogGroups, pageOf } from "./groups.ts";

export interface DeliverySourceRecord {
  name: string;
  resourceArn: string;
  logType: string;
  tags: Record<string, string>;
}

export type DeliveryRecord = Delivery & { id: string; deliverySourceName: string; deliveryDestinationArn: string };

const logTypes = ["ERROR_LOGS", "INFO_LOGS", "TRACE_LOGS"];
const absent = (what: string) =>
  new AwsError("ResourceNotFoundException", `Requested ${what} does not exist in this account.`);

export function deliveryOperations(
  logs: LogGroups,
  sources: Collection<DeliverySourceRecord>,
  deliveries: Collection<DeliveryRecord>,
): Operations<"logs"> {
  const { cloud } = logs;
  const arn = (kind: string, name: string) => `arn:aws:logs:${cloud.region}:${cloud.accountId}:${kind}:${name}`;
  const on = (action: string, kind: string, name: string): Access[] => [
    { action: `logs:${action}`, resource: arn(kind, name) },
  ];
  const source = (name: string): DeliverySourceRecord => {
    const found = sources.get(name);
    if (!found) throw absent("Delivery Source");
    return found;
  };
  const delivery = (id: string): DeliveryRecord => {
    const found = deliveries.get(id);
    if (!found) throw absent("Delivery");
    return found;
  };
  const shown = ({ name, resourceArn, logType, tags }: DeliverySourceRecord): DeliverySource => ({
    name,
    arn: arn("delivery-source", name),
    resourceArns: [resourceArn],
    service: resourceArn.split(":")[2],
    logType,
    ...(Object.keys(tags).length > 0 && { tags }),
  });

  /** @throws AwsError unless it is an event bus that there is. */
  async function checkBus(resourceArn: string): Promise<void> {
    if (!/^arn:[\w-]+:events:[^:]*:\d*:event-bus\//.test(resourceArn))
      throw new AwsError("ResourceNotFoundException", "Cannot access provided service.");
    await cloud.call("events", "DescribeEventBus", { Name: resourceArn });
  }

  return {
    PutDeliverySource: {
      access: ({ name }) => on("PutDeliverySource", "delivery-source", name),
      async run({ name, resourceArn, logType, tags }) {
        if (!/^[\w-]{1,60}$/.test(name))
          throw new AwsError("ValidationException", `name is ${name}; it has 1 to 60 letters, digits, _ and -.`);
        await checkBus(resourceArn);
        if (!logTypes.includes(logType))
          throw new AwsError(
            "ValidationException",
            `logType is ${logType}; of an event bus it is one of ${logTypes.join(", ")}.`,
          );
        const before = sources.get(name);
        if (before && before.resourceArn !== resourceArn)
          throw new AwsError("ConflictException", "This Delivery Source is for another resource already.");
        const record = { name, resourceArn, logType, tags: { ...before?.tags, ...tags } };
        sources.put(name, record);
        return { deliverySource: shown(record) };
      },
    },
    GetDeliverySource: {
      access: ({ name }) => on("GetDeliverySource", "delivery-source", name),
      run: ({ name }) => ({ deliverySource: shown(source(name)) }),
    },
    DescribeDeliverySources: {
      access: () => on("DescribeDeliverySources", "delivery-source", "*"),
      run(input) {
        const { items, paging } = pageOf(sources.values(), input, ({ name }) => name);
        return { deliverySources: items.map(shown), ...paging };
      },
    },
    DeleteDeliverySource: {
      access: ({ name }) => on("DeleteDeliverySource", "delivery-source", name),
      run({ name }) {
        source(name);
        if (deliveries.values().some(({ deliverySourceName }) => deliverySourceName === name))
          throw new AwsError("ConflictException", "This Delivery Source has a delivery.");
        sources.delete(name);
        return {};
      },
    },
    CreateDelivery: {
      access: ({ deliverySourceName, deliveryDestinationArn }) => [
        ...on("CreateDelivery", "delivery-source", deliverySourceName),
        { action: "logs:CreateDelivery", resource: deliveryDestinationArn },
      ],
      run({ deliverySourceName, deliveryDestinationArn, tags, ...rest }) {
        source(deliverySourceName);
        const destination = logs.deliveryDestinations.get(deliveryDestinationArn.split(":").at(-1) ?? "");
        if (!destination || deliveryDestinationArn !== arn("delivery-destination", destination.name))
          throw absent("Delivery Destination");
        const same = deliveries
          .values()
          .some(
            (one) =>
              one.deliverySourceName === deliverySourceName && one.deliveryDestinationArn === deliveryDestinationArn,
          );
        if (same) throw new AwsError("ConflictException", "Delivery already exists in this account.");
        const id = randomBytes(8).toString("hex");
        const service = destination.resourceArn.split(":")[2] ?? "";
        const record: DeliveryRecord = {
          ...{ id, arn: arn("delivery", id), deliverySourceName, deliveryDestinationArn },
          deliveryDestinationType: ({ s3: "S3", firehose: "FH" } as const)[service] ?? "CWL",
          ...rest,
          ...(tags && { tags }),
        };
        deliveries.put(id, record);
        return { delivery: record };
      },
    },
    GetDelivery: {
      access: ({ id }) => on("GetDelivery", "delivery", id),
      run: ({ id }) => ({ delivery: delivery(id) }),
    },
    DescribeDeliveries: {
      access: () => on("DescribeDeliveries", "delivery", "*"),
      run(input) {
        const { items, paging } = pageOf(deliveries.values(), input, ({ id }) => id);
        return { deliveries: items, ...paging };
      },
    },
    DeleteDelivery: {
      access: ({ id }) => on("DeleteDelivery", "delivery", id),
      run({ id }) {
        deliveries.delete(delivery(id).id);
        return {};
      },
    },
  };
}
