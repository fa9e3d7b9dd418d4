import { brokenConstraint } from "../../kit/constraint.ts";
import { type Key, page as pageOf } from "../../kit/page.ts";
import { type Access, AwsError, type Cloud } from "../../service.ts";

export type Kind =
  | "training-job"
  | "model"
  | "endpoint-config"
  | "endpoint"
  | "notebook-instance"
  | "notebook-instance-lifecycle-config";

/** ARNs, permissions and errors of SageMaker, which have one form for all of its resources. */
export class Names {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** SageMaker's ARNs are in lower case, whatever the name. */
  arn(kind: Kind, name: string): string {
    const { region, accountId } = this.#cloud;
    return `arn:aws:sagemaker:${region}:${accountId}:${kind}/${name.toLowerCase()}`;
  }

  /** @param action `CreateModel` */
  on(action: string, kind: Kind, name = "*"): Access[] {
    return [{ action: `sagemaker:${action}`, resource: this.arn(kind, name) }];
  }

  missing(kind: Kind, name: string): AwsError {
    return invalid(`Could not find ${words[kind]} "${this.arn(kind, name)}".`);
  }

  exists(kind: Kind, name: string): AwsError {
    return invalid(`Cannot create already existing ${words[kind]} "${this.arn(kind, name)}".`);
  }
}

const words: Record<Kind, string> = {
  "training-job": "training job",
  model: "model",
  "endpoint-config": "endpoint configuration",
  endpoint: "endpoint",
  "notebook-instance": "notebook instance",
  "notebook-instance-lifecycle-config": "notebook instance lifecycle config",
};

export const invalid = (message: string): AwsError => new AwsError("ValidationException", message);

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html */
export function checkName(member: string, value: string): void {
  if (value.length <= 63 && /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(value)) return;
  throw invalid(
    brokenConstraint(value, member, "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"),
  );
}

export const date = (value: number): Date => new Date(value);

interface ListInput {
  NextToken?: string;
  MaxResults?: number;
  NameContains?: string;
  StatusEquals?: string;
}

/** A page of items with that text in their name, and the token of the next page. */
export function page<T extends { name: string; status?: string }>(
  all: T[],
  input: ListInput,
  key: (item: T) => Key = ({ name }) => name,
  descending = false,
): [T[], object] {
  const { NameContains = "", StatusEquals } = input;
  const found = all.filter(
    ({ name, status }) =>
      name.toLowerCase().includes(NameContains.toLowerCase()) && (!StatusEquals || status === StatusEquals),
  );
  const invalidToken = () => invalid("Invalid pagination token.");
  const { items, next } = pageOf(found, input, key, { size: 10, descending, invalid: invalidToken });
  return [items, next ? { NextToken: next } : {}];
}
