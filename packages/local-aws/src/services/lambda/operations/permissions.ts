/**
 * The policy of a function, version or alias.
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
import { randomUUID } from "node:crypto";
import type { AddPermissionCommandInput } from "@aws-sdk/client-lambda";
import type { OperationOf, Operations } from "../../../operations.ts";
import { type Access, AwsError, type PolicyDocument, type PolicyStatement } from "../../../service.ts";
import type { Lambda } from "../context.ts";
import { checkPattern, checkRevision, conflict, invalidParameter, resourceNotFound } from "../errors.ts";
import { functionReference, isVersion, latest } from "../names.ts";
import type { PolicyRecord } from "../records.ts";
import { policyKey } from "../registry.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: resource-based policy, 20 KB. */
const maxPolicyBytes = 20 * 1024;

type Document = PolicyDocument & { Statement: PolicyStatement[] };

export function permissionOperations({ registry, arns }: Lambda): Operations<"lambda"> {
  const access = (action: string) => (input: { FunctionName?: string; Qualifier?: string }) => {
    const { name, qualifier } = functionReference(input.FunctionName as string, input.Qualifier);
    return [{ action: `lambda:${action}`, resource: arns.function(name, qualifier) }];
  };

  /** Key and policy of an existing function, version or alias. */
  function policyOf(functionName: string | undefined, qualifier: string | undefined) {
    const target = registry.target(functionName as string, qualifier);
    const key = policyKey(target.record.name, target.qualifier === latest ? undefined : target.qualifier);
    const record = registry.policies.get(key);
    return { key, arn: target.arn, record, document: record?.document as Document | undefined };
  }

  /** An alias's name is looked up as one: others than versions, and than what no alias can be called. */
  function checkAlias(name: string, qualifier: string | undefined): void {
    if (qualifier === undefined || isVersion(qualifier) || !/^[\w-]+$/.test(qualifier)) return;
    if (registry.functions.get(name)) registry.alias(name, qualifier);
  }

  const AddPermission: OperationOf<"lambda", "AddPermission"> = {
    access: access("AddPermission"),
    run(input) {
      checkPattern(input.StatementId, "statementId", /^[a-zA-Z0-9-_]+$/, 100, "([a-zA-Z0-9-_]+)");
      checkPattern(input.Action, "action", /^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/, 128);
      checkPattern(input.SourceAccount, "sourceAccount", /^\d{12}$/, 12);
      checkPattern(input.SourceArn, "sourceArn", /^arn:(aws[a-zA-Z0-9-]*):[a-zA-Z0-9-]+:.*$/, 1024);
      const { name, qualifier } = functionReference(input.FunctionName, input.Qualifier);
      if (qualifier === latest) throw invalidParameter("We currently do not support adding policies for $LATEST.");
      checkPrincipal(input.Principal);
      checkAlias(name, qualifier);
      const { key, arn, record, document } = policyOf(input.FunctionName, input.Qualifier);
      // Without a policy, the revision is that of what would get one.
      const { version } = registry.target(input.FunctionName as string, input.Qualifier);
      const of = registry.aliases.get(`${name}:${qualifier}`) ?? version.configuration;
      checkRevision(input.RevisionId, record?.revision ?? of.RevisionId, "GetPolicy");
      const before = document?.Statement ?? [];
      if (before.some(({ Sid }) => Sid === input.StatementId)) {
        throw conflict(
          `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      }
      const statement = statementOf(input, arn);
      const after: Document = { Version: "2012-10-17", Id: "default", Statement: [...before, statement] };
      const size = Buffer.byteLength(JSON.stringify(after));
      if (size > maxPolicyBytes) {
        const message = `The final policy size (${size}) is bigger than the limit (${maxPolicyBytes}).`;
        throw new AwsError("PolicyLengthExceededException", message, 400, { Type: "User" });
      }
      registry.policies.put(key, { revision: randomUUID(), document: after } satisfies PolicyRecord);
      return { Statement: JSON.stringify(statement) };
    },
  };

  const RemovePermission: OperationOf<"lambda", "RemovePermission"> = {
    access(input) {
      const { name, qualifier } = functionReference(input.FunctionName, input.Qualifier);
      const record = registry.policies.get(policyKey(name, qualifier === latest ? undefined : qualifier));
      const given = (record?.document as Document | undefined)?.Statement.find(({ Sid }) => Sid === input.StatementId);
      return access("RemovePermission")(input).map((one) => ({ ...one, context: keysOf(given) }));
    },
    run({ FunctionName, Qualifier, StatementId, RevisionId }) {
      const { name, qualifier } = functionReference(FunctionName, Qualifier);
      if (!registry.functions.get(name)) throw resourceNotFound(`No policy found for: ${arns.function(name)}`);
      checkAlias(name, qualifier);
      const { key, record, document } = policyOf(FunctionName, Qualifier);
      if (!record) throw resourceNotFound("No policy is associated with the given resource.");
      const Statement = document?.Statement.filter(({ Sid }) => Sid !== StatementId) ?? [];
      if (!document || Statement.length === document.Statement.length) {
        throw resourceNotFound(`Statement ${StatementId} is not found in resource policy.`);
      }
      checkRevision(RevisionId, record?.revision, "GetPolicy");
      if (Statement.length === 0) registry.policies.delete(key);
      else registry.policies.put(key, { revision: randomUUID(), document: { ...document, Statement } });
      return {};
    },
  };

  const GetPolicy: OperationOf<"lambda", "GetPolicy"> = {
    access: access("GetPolicy"),
    run({ FunctionName, Qualifier }) {
      const { name, qualifier } = functionReference(FunctionName, Qualifier);
      const record = registry.policies.get(policyKey(name, qualifier === latest ? undefined : qualifier));
      if (!record) throw resourceNotFound("The resource you requested does not exist.");
      return { Policy: JSON.stringify(record.document), RevisionId: record.revision };
    },
  };

  return { AddPermission, RemovePermission, GetPolicy };
}

function statementOf(input: AddPermissionCommandInput, resource: string): PolicyStatement {
  const principal = input.Principal as string;
  const equals: Record<string, string> = {};
  if (input.SourceAccount) equals["AWS:SourceAccount"] = input.SourceAccount;
  if (input.EventSourceToken) equals["lambda:EventSourceToken"] = input.EventSourceToken;
  if (input.PrincipalOrgID) equals["aws:PrincipalOrgID"] = input.PrincipalOrgID;
  if (input.FunctionUrlAuthType) equals["lambda:FunctionUrlAuthType"] = input.FunctionUrlAuthType;
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(input.SourceArn && { ArnLike: { "AWS:SourceArn": input.SourceArn } }),
  };
  return {
    Sid: input.StatementId,
    Effect: "Allow",
    Principal: principalOf(principal),
    Action: input.Action,
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

/** Condition keys of a permission to be removed; those of one to be added are in the request. */
function keysOf(statement: PolicyStatement | undefined): NonNullable<Access["context"]> {
  const { Principal = {}, Condition } = statement ?? {};
  const [principal] = typeof Principal === "string" ? [Principal] : Object.values(Principal).flat();
  const authType = Condition?.StringEquals?.["lambda:FunctionUrlAuthType"];
  return {
    ...(principal !== undefined && { "lambda:Principal": principal }),
    ...(authType !== undefined && { "lambda:FunctionUrlAuthType": String(authType) }),
  };
}

/** An account, an identity's ARN, a service's name, or everybody. */
function checkPrincipal(principal: string): void {
  if (
    /^(\*|\d{12}|arn:aws[\w-]*:(iam|sts)::\d{12}:.+|[\w.-]+\.(amazonaws|aws|amazon|alexa)[\w.-]*|[\w-]+\.alexa\.com)$/.test(
      principal,
    )
  ) {
    return;
  }
  throw invalidParameter("The provided principal was invalid. Please check the principal and try again.");
}

function principalOf(principal: string): PolicyStatement["Principal"] {
  if (principal === "*") return "*";
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith("arn:") ? { AWS: principal } : { Service: principal };
}
