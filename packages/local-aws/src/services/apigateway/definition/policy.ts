import { conditionFault } from "../../../authorization/validate.ts";
import { parseJson } from "../../../jsonText.ts";
import type { Call, PolicyDocument, PolicyStatement } from "../../../service.ts";
import { badRequest } from "../records.ts";

type Where = Pick<Call, "region" | "accountId">;

/**
 * Reads an API's resource policy and writes its resources out in full: `execute-api:/stage/METHOD/path` stands for an ARN
 * of this API, whose id the policy's author does not know yet. `*` and everything else stay as given, one resource or a
 * list: AWS returns policies this way, so a comparison finds no difference.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
 *
 * @param given the document, or its text.
 * @throws BadRequestException when it is not a policy.
 */
export function expandPolicy(given: string | object, apiId: string, where: Where): PolicyDocument {
  let policy: PolicyDocument;
  try {
    policy = (typeof given === "string" ? parseJson(given) : structuredClone(given)) as PolicyDocument;
  } catch {
    throw invalid("it is not JSON");
  }
  if (policy === null || typeof policy !== "object" || policy.Statement === undefined) throw invalid("no Statement");
  const statements = [policy.Statement].flat();
  for (const statement of statements) expandStatement(statement, apiId, where);
  const fault = conditionFault(statements);
  if (fault) throw invalid(fault);
  return { ...policy, Statement: statements };
}

function expandStatement(statement: PolicyStatement, apiId: string, { region, accountId }: Where): void {
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny") throw invalid("Effect must be Allow or Deny");
  if (statement.Principal === undefined && statement.NotPrincipal === undefined)
    throw invalid("a statement has no Principal");
  if (statement.Action === undefined && statement.NotAction === undefined) throw invalid("a statement has no Action");
  const api = `arn:aws:execute-api:${region}:${accountId}:${apiId}`;
  const expand = (resource: string): string => {
    if (resource === "*") return resource;
    if (resource.startsWith("execute-api:/")) return `${api}${resource.slice("execute-api:".length)}`;
    if (resource.startsWith(`${api}/`) || /^arn:[^:]*:execute-api:[^:]*:[^:]*:/.test(resource)) return resource;
    throw invalid(`resource ${resource} is not of execute-api`);
  };
  const expandAll = (given: string | string[]) => (Array.isArray(given) ? given.map(expand) : expand(given));
  if (statement.Resource !== undefined) statement.Resource = expandAll(statement.Resource);
  else if (statement.NotResource !== undefined) statement.NotResource = expandAll(statement.NotResource);
  else throw invalid("a statement has no Resource");
}

const invalid = (reason: string) =>
  badRequest(
    `Invalid policy document. Please check the policy syntax and ensure that Principals are valid. (${reason})`,
  );
