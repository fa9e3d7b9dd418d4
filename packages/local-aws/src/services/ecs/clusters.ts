/** Clusters: names that group services and tasks. */
import type { Cluster, Tag } from "@aws-sdk/client-ecs";
import { page } from "../../kit/page.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { type ClusterRecord, checkName, lastPart, type Records } from "./records.ts";
import type { Scheduler } from "./scheduler.ts";

export function clusterOperations(records: Records, scheduler: Scheduler): Operations<"ecs"> {
  const path = (given = "default") => lastPart(given);
  const described = ({ name, settings, kept }: ClusterRecord): Cluster => {
    const tasks = scheduler.tasks(name);
    const services = records.servicesOf(name);
    return {
      clusterArn: records.arn("cluster", name),
      clusterName: name,
      status: "ACTIVE",
      registeredContainerInstancesCount: 0,
      runningTasksCount: tasks.filter(({ status }) => status === "RUNNING").length,
      pendingTasksCount: tasks.filter(({ status }) => status === "PENDING").length,
      activeServicesCount: services.length,
      settings,
      tags: records.tags.get(records.arn("cluster", name)) ?? [],
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
      ...kept,
    };
  };
  return {
    CreateCluster: {
      access: ({ clusterName }) => records.on("CreateCluster", "cluster", path(clusterName)),
      run({ clusterName = "default", settings = [], tags = [], ...kept }) {
        checkName("Cluster name", clusterName);
        const cluster: ClusterRecord = records.clusters.get(clusterName) ?? { name: clusterName, settings, kept };
        records.clusters.put(clusterName, cluster);
        records.tags.put(records.arn("cluster", clusterName), tags as Tag[]);
        return { cluster: described(cluster) };
      },
    },
    UpdateCluster: {
      access: ({ cluster }) => records.on("UpdateCluster", "cluster", path(cluster)),
      run({ cluster, settings, ...others }) {
        const found = records.cluster(cluster);
        const changed = { ...found, ...(settings && { settings }), kept: { ...found.kept, ...others } };
        records.clusters.put(changed.name, changed);
        return { cluster: described(changed) };
      },
    },
    DescribeClusters: {
      access: ({ clusters = ["default"] }) =>
        clusters.flatMap((one) => records.on("DescribeClusters", "cluster", path(one))),
      run({ clusters = ["default"] }) {
        const named = clusters.map(path);
        return {
          clusters: named.flatMap((name) => records.clusters.get(name) ?? []).map(described),
          failures: named
            .filter((name) => !records.clusters.has(name))
            .map((name) => ({ arn: records.arn("cluster", name), reason: "MISSING" })),
        };
      },
    },
    ListClusters: {
      access: () => [{ action: "ecs:ListClusters", resource: "*" }],
      run(input) {
        const all = records.clusters.values().map(({ name }) => records.arn("cluster", name));
        const { items: clusterArns, next: nextToken } = page(all, input, String);
        return { clusterArns, nextToken };
      },
    },
    DeleteCluster: {
      access: ({ cluster }) => records.on("DeleteCluster", "cluster", path(cluster)),
      run({ cluster }) {
        const found = records.cluster(cluster);
        if (records.servicesOf(found.name).length > 0) {
          throw new AwsError(
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
          );
        }
        if (scheduler.tasks(found.name).some(({ status }) => status !== "STOPPED")) {
          throw new AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
        }
        const described_ = described(found);
        for (const [key] of records.services.entries(`${found.name}/`)) records.forgetService(key);
        records.clusters.delete(found.name);
        records.tags.delete(records.arn("cluster", found.name));
        return { cluster: { ...described_, status: "INACTIVE" } };
      },
    },
    ...tagOperations(records),
  };
}

function tagOperations({ tags }: Records): Operations<"ecs"> {
  const access =
    (action: string) =>
    ({ resourceArn }: { resourceArn: string }) => [{ action: `ecs:${action}`, resource: resourceArn }];
  const without = (arn: string, keys: (string | undefined)[]) =>
    (tags.get(arn) ?? []).filter(({ key }) => !keys.includes(key));
  return {
    TagResource: {
      access: access("TagResource"),
      run({ resourceArn, tags: given }: { resourceArn: string; tags: Tag[] }) {
        tags.put(resourceArn, [
          ...without(
            resourceArn,
            given.map(({ key }) => key),
          ),
          ...given,
        ]);
        return {};
      },
    },
    UntagResource: {
      access: access("UntagResource"),
      run({ resourceArn, tagKeys }: { resourceArn: string; tagKeys: string[] }) {
        tags.put(resourceArn, without(resourceArn, tagKeys));
        return {};
      },
    },
    ListTagsForResource: {
      access: access("ListTagsForResource"),
      run: ({ resourceArn }: { resourceArn: string }) => ({ tags: tags.get(resourceArn) ?? [] }),
    },
  };
}
