/** Scalable targets: what may be scaled, and within which bounds. */

import { randomUUID } from "node:crypto";
import type { RegisterScalableTargetRequest } from "@aws-sdk/client-application-auto-scaling";
import { page } from "../../kit/page.ts";
import { passRole } from "../../kit/passRole.ts";
import { withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type Call, type Cloud } from "../../service.ts";
import { dimensionOf } from "./dimensions.ts";
import { keyOf, type Records, type Scaled, type TargetRecord, validation } from "./records.ts";

/**
 * Ids of targets are not known in advance: a policy names all of them, and restricts what they scale by conditions.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html
 */
export const access =
  (action: string) =>
  ({ ServiceNamespace, ScalableDimension }: Partial<Scaled>, { region, accountId }: Call): Access[] => [
    {
      action: `application-autoscaling:${action}`,
      resource: action.startsWith("Describe")
        ? "*"
        : `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/*`,
      context: {
        ...(ServiceNamespace && { "application-autoscaling:service-namespace": ServiceNamespace }),
        ...(ScalableDimension && { "application-autoscaling:scalable-dimension": ScalableDimension }),
      },
    },
  ];

export function targetOperations(cloud: Cloud, records: Records): Operations<"application-autoscaling"> {
  const { region, accountId } = cloud;
  const arnOf = ({ id }: TargetRecord) =>
    `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/${id}`;
  const described = (target: TargetRecord) => {
    const { role } = dimensionOf(target.ServiceNamespace, target.ScalableDimension);
    const linked = `AWSServiceRoleForApplicationAutoScaling_${role}`;
    return {
      ServiceNamespace: target.ServiceNamespace,
      ResourceId: target.ResourceId,
      ScalableDimension: target.ScalableDimension,
      MinCapacity: target.minimum,
      MaxCapacity: target.maximum,
      RoleARN: `arn:aws:iam::${accountId}:role/aws-service-role/${target.ServiceNamespace}.application-autoscaling.amazonaws.com/${linked}`,
      CreationTime: new Date(target.created),
      SuspendedState: target.suspended,
      ScalableTargetARN: arnOf(target),
    };
  };

  return {
    RegisterScalableTarget: {
      access: (input: RegisterScalableTargetRequest, call: Call) => [
        ...access("RegisterScalableTarget")(input, call),
        ...passRole("application-autoscaling.amazonaws.com", input.RoleARN),
      ],
      async run(input) {
        const scaled = input as Scaled;
        const dimension = dimensionOf(scaled.ServiceNamespace, scaled.ScalableDimension);
        const before = records.targets.get(keyOf(scaled));
        const minimum = input.MinCapacity ?? before?.minimum;
        const maximum = input.MaxCapacity ?? before?.maximum;
        if (minimum === undefined || maximum === undefined) {
          throw validation("Minimum capacity and maximum capacity must be specified for a new scalable target");
        }
        if (minimum > maximum) throw validation("Maximum capacity cannot be less than minimum capacity");
        const current = await dimension.read(cloud, scaled.ResourceId);
        const suspended = {
          DynamicScalingInSuspended: false,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: false,
          ...before?.suspended,
          ...input.SuspendedState,
        };
        const target: TargetRecord = {
          ServiceNamespace: scaled.ServiceNamespace,
          ResourceId: scaled.ResourceId,
          ScalableDimension: scaled.ScalableDimension,
          id: before?.id ?? randomUUID().replaceAll("-", ""),
          created: before?.created ?? Date.now(),
          minimum,
          maximum,
          suspended,
        };
        records.targets.put(keyOf(scaled), target);
        if (input.Tags) records.tags.put(arnOf(target), input.Tags);
        const within = Math.min(maximum, Math.max(minimum, current));
        if (within !== current) await dimension.write(cloud, scaled.ResourceId, within);
        return { ScalableTargetARN: arnOf(target) };
      },
    },
    DescribeScalableTargets: {
      access: access("DescribeScalableTargets"),
      run({ ServiceNamespace, ResourceIds, ScalableDimension, ...rest }) {
        const found = records.targets
          .values(`${ServiceNamespace} `)
          .filter(
            (one) =>
              (!ResourceIds?.length || ResourceIds.includes(one.ResourceId)) &&
              (!ScalableDimension || ScalableDimension === one.ScalableDimension),
          );
        const { items, next: NextToken } = page(found, rest, keyOf);
        return { ScalableTargets: items.map(described), NextToken };
      },
    },
    DeregisterScalableTarget: {
      access: access("DeregisterScalableTarget"),
      run(input: Scaled) {
        const target = records.target(input);
        records.targets.delete(keyOf(input));
        records.tags.delete(arnOf(target));
        for (const [key] of records.policies.entries(`${keyOf(input)} `)) records.policies.delete(key);
        return {};
      },
    },
    ...tagOperations(records),
  };
}

function tagOperations(records: Records): Operations<"application-autoscaling"> {
  const tagsOf = (arn: string) => {
    const tags = records.tags.get(arn);
    const exists = tags ?? records.targets.values().some(({ id }) => arn.endsWith(`/${id}`));
    if (!exists) throw new AwsError("ResourceNotFoundException", `Unable to find resource: ${arn}`);
    return tags ?? {};
  };
  const on =
    (action: string) =>
    ({ ResourceARN }: { ResourceARN: string }) => [
      { action: `application-autoscaling:${action}`, resource: ResourceARN },
    ];
  return {
    ListTagsForResource: {
      access: on("ListTagsForResource"),
      run: ({ ResourceARN }) => ({ Tags: tagsOf(ResourceARN) }),
    },
    TagResource: {
      access: on("TagResource"),
      run({ ResourceARN, Tags }) {
        records.tags.put(ResourceARN, { ...tagsOf(ResourceARN), ...Tags });
        return {};
      },
    },
    UntagResource: {
      access: on("UntagResource"),
      run({ ResourceARN, TagKeys }: { ResourceARN: string; TagKeys: string[] }) {
        records.tags.put(ResourceARN, withoutTags(tagsOf(ResourceARN), TagKeys));
        return {};
      },
    },
  };
}
