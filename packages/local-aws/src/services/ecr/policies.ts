/** Policies of repositories: who may use one, and which images are to expire. */
import { parsePolicy } from "../../authorization/validate.ts";
import { parseJson } from "../../jsonText.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { invalidParameter, type Records, type Repository } from "./records.ts";

export function policyOperations(records: Records): Operations<"ecr"> {
  const answer = ({ name }: Repository) => ({ registryId: records.accountId, repositoryName: name });
  /** @throws AwsError where it has none. */
  const textOf = (repository: Repository, member: "policy" | "lifecycle"): string => {
    const text = repository[member];
    if (text !== undefined) return text;
    const [code, what] =
      member === "policy"
        ? ["RepositoryPolicyNotFoundException", "Repository policy"]
        : ["LifecyclePolicyNotFoundException", "Lifecycle policy"];
    const message = `${what} does not exist for the repository with name '${repository.name}' ${records.registry}`;
    throw new AwsError(code!, message);
  };

  return {
    SetRepositoryPolicy: {
      access: ({ repositoryName }) => records.needs("SetRepositoryPolicy", repositoryName),
      run({ registryId, repositoryName, policyText }) {
        const found = records.repository(repositoryName, registryId);
        checkPolicy(policyText);
        records.put({ ...found, policy: policyText });
        return { ...answer(found), policyText };
      },
    },
    GetRepositoryPolicy: {
      access: ({ repositoryName }) => records.needs("GetRepositoryPolicy", repositoryName),
      run({ registryId, repositoryName }) {
        const found = records.repository(repositoryName, registryId);
        return { ...answer(found), policyText: textOf(found, "policy") };
      },
    },
    DeleteRepositoryPolicy: {
      access: ({ repositoryName }) => records.needs("DeleteRepositoryPolicy", repositoryName),
      run({ registryId, repositoryName }) {
        const { policy: _, ...found } = records.repository(repositoryName, registryId);
        const policyText = textOf(records.repository(repositoryName), "policy");
        records.put(found);
        return { ...answer(found), policyText };
      },
    },
    PutLifecyclePolicy: {
      access: ({ repositoryName }) => records.needs("PutLifecyclePolicy", repositoryName),
      run({ registryId, repositoryName, lifecyclePolicyText }) {
        const found = records.repository(repositoryName, registryId);
        const fault = lifecycleFault(lifecyclePolicyText);
        if (fault) throw invalidParameter("LifecyclePolicyText", `Lifecycle policy validation failure: ${fault}`);
        records.put({ ...found, lifecycle: lifecyclePolicyText });
        return { ...answer(found), lifecyclePolicyText };
      },
    },
    GetLifecyclePolicy: {
      access: ({ repositoryName }) => records.needs("GetLifecyclePolicy", repositoryName),
      run({ registryId, repositoryName }) {
        const found = records.repository(repositoryName, registryId);
        return { ...answer(found), lifecyclePolicyText: textOf(found, "lifecycle"), lastEvaluatedAt: new Date(0) };
      },
    },
    DeleteLifecyclePolicy: {
      access: ({ repositoryName }) => records.needs("DeleteLifecyclePolicy", repositoryName),
      run({ registryId, repositoryName }) {
        const { lifecycle: _, ...found } = records.repository(repositoryName, registryId);
        const lifecyclePolicyText = textOf(records.repository(repositoryName), "lifecycle");
        records.put(found);
        return { ...answer(found), lifecyclePolicyText, lastEvaluatedAt: new Date(0) };
      },
    },
  };
}

export function checkPolicy(text: string): void {
  try {
    parsePolicy(text, "repository");
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter("PolicyText", `Invalid repository policy provided: ${error.message}`);
  }
}

interface Rule {
  rulePriority?: unknown;
  selection?: Record<string, unknown>;
  action?: { type?: unknown };
}

/** What is wrong with a lifecycle policy. https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html */
export function lifecycleFault(text: string): string | undefined {
  let rules: unknown;
  try {
    rules = (parseJson(text) as { rules?: unknown } | null)?.rules;
  } catch {
    return "string is not JSON";
  }
  if (!Array.isArray(rules) || rules.length === 0) return 'object has missing required properties (["rules"])';
  const priorities = rules.map((rule: Rule | null) => rule?.rulePriority);
  if (new Set(priorities).size < priorities.length) return "rulePriority must be unique";
  for (const rule of rules as (Rule | null)[]) {
    const fault = ruleFault(rule);
    if (fault) return fault;
  }
  const last = rules.toSorted((a: Rule, b: Rule) => Number(a.rulePriority) - Number(b.rulePriority)).at(-1) as Rule;
  const any = (rules as Rule[]).filter(({ selection }) => selection?.tagStatus === "any");
  if (any.length > 1) return "only one rule may select images of any tagStatus";
  return any[0] && any[0] !== last ? "a rule for any tagStatus must have the highest rulePriority" : undefined;
}

function ruleFault(rule: Rule | null): string | undefined {
  const { rulePriority, selection, action } = rule ?? {};
  if (!isCount(rulePriority)) return `rulePriority must be an integer of at least 1, it is ${rulePriority}`;
  if (typeof selection !== "object" || selection === null)
    return 'object has missing required properties (["selection"])';
  if (action?.type !== "expire") return `action.type must be expire, it is ${action?.type}`;
  const { tagStatus, tagPrefixList, tagPatternList, countType, countNumber, countUnit } = selection;
  if (!["tagged", "untagged", "any"].includes(String(tagStatus))) {
    return `selection.tagStatus must be one of tagged, untagged, any, it is ${tagStatus}`;
  }
  const lists = [tagPrefixList, tagPatternList].filter((list) => Array.isArray(list) && list.length > 0);
  if (tagStatus === "tagged" && lists.length !== 1) {
    return "exactly one of selection.tagPrefixList and selection.tagPatternList must be given for tagStatus tagged";
  }
  if (tagStatus !== "tagged" && lists.length > 0) return "only tagStatus tagged has a tagPrefixList or tagPatternList";
  if (countType !== "imageCountMoreThan" && countType !== "sinceImagePushed") {
    return `selection.countType must be one of imageCountMoreThan, sinceImagePushed, it is ${countType}`;
  }
  if (!isCount(countNumber)) return `selection.countNumber must be an integer of at least 1, it is ${countNumber}`;
  if ((countType === "sinceImagePushed") === (countUnit === "days")) return undefined;
  return "selection.countUnit must be days for countType sinceImagePushed, and absent otherwise";
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;
