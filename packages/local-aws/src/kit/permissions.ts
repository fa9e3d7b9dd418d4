/** Resource policies that are kept as text, and the statements that `AddPermission` puts into them. */
import { parseJson } from "../jsonText.ts";
import { AwsError, type PolicyDocument, type PolicyStatement } from "../service.ts";

const parsed = new Map<string, PolicyDocument>();

/** A stored policy, parsed once per text: the same text is the same document, so that its compiled form is reused. */
export function parsedPolicy(text: string): PolicyDocument {
  let document = parsed.get(text);
  if (!document) {
    document = parseJson(text) as PolicyDocument;
    if (parsed.size > 1000) parsed.clear();
    parsed.set(text, document);
  }
  return document;
}

/** As {@link parsedPolicy}; `undefined` without a policy. */
export const policyOf = (text: string | undefined): PolicyDocument | undefined =>
  text ? parsedPolicy(text) : undefined;

export interface Permission {
  Label: string;
  AWSAccountIds: string[];
  Actions: string[];
}

/** AddPermission and RemovePermission, for queues and topics: a statement of the policy, by its Sid. */
export function withPermission(
  text: string | undefined,
  service: string,
  resource: string,
  permission: Permission,
): string {
  const before = policyOf(text) ?? { Version: "2008-10-17", Id: `${resource}/${service}DefaultPolicy`, Statement: [] };
  const statements = [before.Statement].flat();
  if (statements.some(({ Sid }) => Sid === permission.Label)) {
    throw new AwsError(
      "InvalidParameterValue",
      `Value ${permission.Label} for parameter Label is invalid. Reason: Already exists.`,
      400,
    );
  }
  const statement: PolicyStatement = {
    Sid: permission.Label,
    Effect: "Allow",
    Principal: { AWS: single(permission.AWSAccountIds.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: single(permission.Actions.map((action) => `${service}:${action}`)),
    Resource: resource,
  };
  return JSON.stringify({ ...before, Statement: [...statements, statement] });
}

/** AWS writes a list of one as the one. */
const single = (list: string[]): string | string[] => (list.length === 1 ? (list[0] as string) : list);

export function withoutPermission(text: string | undefined, label: string): string {
  const before = policyOf(text);
  const statements = [before?.Statement ?? []].flat();
  const left = statements.filter(({ Sid }) => Sid !== label);
  if (left.length === statements.length) {
    throw new AwsError(
      "InvalidParameterValue",
      `Value ${label} for parameter Label is invalid. Reason: can't find label.`,
      400,
    );
  }
  return left.length === 0 ? "" : JSON.stringify({ ...before, Statement: left });
}
