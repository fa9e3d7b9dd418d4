/** The component that awsx makes of a repository. */
import type { Component, Properties } from "../../engine/provider.ts";

/** https://www.pulumi.com/registry/packages/awsx/api-docs/ecr/repository/ */
export const repositoryComponent: Component = async (inputs, { name, resource }) => {
  const { lifecyclePolicy: lifecycle, ...settings } = inputs as Properties & { lifecyclePolicy?: Lifecycle };
  // awsx itself makes the names that ECR takes.
  const child = name.toLowerCase();
  const made = await resource("aws:ecr/repository:Repository", child, settings);
  const outputs = { repository: made.reference, url: made.outputs.repositoryUrl };
  if (lifecycle?.skip) return outputs;
  const policy = JSON.stringify({ rules: lifecycleRules(lifecycle) });
  const kept = await resource(
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    child,
    { repository: made.outputs.name, policy },
    [made.urn],
  );
  return { ...outputs, lifecyclePolicy: kept.reference };
};

interface Lifecycle {
  skip?: boolean;
  rules?: {
    description?: string;
    tagStatus?: string;
    tagPrefixList?: string[];
    maximumNumberOfImages?: number;
    maximumAgeLimit?: number;
  }[];
}

/** ECR's rules of awsx's: what is for any image counts last. */
function lifecycleRules({ rules = [{ tagStatus: "untagged", maximumNumberOfImages: 1 }] }: Lifecycle = {}): object[] {
  const last = (status: string | undefined) => (status === "any" ? 1 : 0);
  return rules
    .toSorted((a, b) => last(a.tagStatus) - last(b.tagStatus))
    .map(({ description, tagStatus, tagPrefixList, maximumNumberOfImages, maximumAgeLimit }, index) => ({
      rulePriority: index + 1,
      description,
      selection: {
        tagStatus,
        tagPrefixList,
        ...(maximumNumberOfImages === undefined
          ? { countType: "sinceImagePushed", countNumber: maximumAgeLimit, countUnit: "days" }
          : { countType: "imageCountMoreThan", countNumber: maximumNumberOfImages }),
      },
      action: { type: "expire" },
    }));
}
