/**
 * The grammar of policies, as IAM checks it when a policy is stored.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { parseJson } from "../jsonText.ts";
import { AwsError, type PolicyDocument, type PolicyStatement } from "../service.ts";
import { unsupplied } from "./conditionKeys.ts";
import { parseOperator } from "./conditions.ts";
import { list } from "./principals.ts";

/**
 * `identity`: what a role may do. `trust`: who may assume it. `resource`: who may use a resource. `repository`: the same of
 * ECR, where the resource is always the policy's own.
 */
export type PolicyKind = "identity" | "trust" | "resource" | "repository";

const elements = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

/**
 * Reads a policy given as text.
 * @throws AwsError `MalformedPolicyDocument` in IAM's words, which name what is wrong and where.
 */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  const document = parsedDocument(text);
  const { Version: version, Statement: statements } = document;
  if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") {
    throw malformed(`The policy must contain a valid version string`);
  }
  for (const key of Object.keys(document)) {
    if (!["Version", "Id", "Statement"].includes(key))
      throw malformed(`Syntax errors in policy. Unknown element ${key}`);
  }
  if (statements === undefined || statements === null) throw malformed("Syntax errors in policy: Statement is missing");
  const sids = new Set<string>();
  for (const statement of list<unknown>(statements)) {
    if (!isObject(statement)) throw malformed("Syntax errors in policy: a statement must be an object");
    checkStatement(statement, kind);
    const sid = statement.Sid as string | undefined;
    if (sid !== undefined && sid !== "" && sids.has(sid)) {
      throw malformed(`Statement IDs (SID) in a single policy must be unique.`);
    }
    if (sid !== undefined) sids.add(sid);
  }
  return document as unknown as PolicyDocument;
}

export const malformed = (message: string): AwsError => new AwsError("MalformedPolicyDocumentException", message, 400);

function parsedDocument(text: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = parseJson(text);
  } catch {
    throw malformed("Syntax errors in policy.");
  }
  if (!isObject(document)) throw malformed("Syntax errors in policy.");
  return document;
}

function checkStatement(statement: Record<string, unknown>, kind: PolicyKind): void {
  for (const key of Object.keys(statement)) {
    if (!elements.has(key)) throw malformed(`Syntax errors in policy. Unknown element ${key}`);
  }
  const { Sid: sid, Effect: effect } = statement;
  if (sid !== undefined && (typeof sid !== "string" || (kind === "identity" && !/^[A-Za-z0-9]*$/.test(sid)))) {
    throw malformed(
      `Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*`,
    );
  }
  if (effect !== "Allow" && effect !== "Deny") {
    throw malformed(`Syntax errors in policy: Effect must be Allow or Deny, it is ${JSON.stringify(effect)}`);
  }
  exactlyOne(statement, "Action", "NotAction", "Policy statement must contain actions.");
  for (const action of texts(statement, "Action", "NotAction")) checkAction(action, kind);
  checkPrincipal(statement, kind);
  checkResource(statement, kind);
  if (statement.Condition !== undefined) checkCondition(statement.Condition);
}

function exactlyOne(statement: Record<string, unknown>, plain: string, negated: string, missing: string): void {
  if (statement[plain] !== undefined && statement[negated] !== undefined) {
    throw malformed(`Syntax errors in policy: ${plain} and ${negated} cannot both be given`);
  }
  if (statement[plain] === undefined && statement[negated] === undefined) throw malformed(missing);
}

function texts(statement: Record<string, unknown>, plain: string, negated: string): string[] {
  const key = statement[plain] === undefined ? negated : plain;
  const values = list(statement[key]);
  if (values.length === 0) throw malformed(`Policy statement must contain ${plain.toLowerCase()}s.`);
  for (const value of values) {
    if (typeof value !== "string")
      throw malformed(`Syntax errors in policy: ${key} must be a string or a list of strings`);
  }
  return values as string[];
}

function checkAction(action: string, kind: PolicyKind): void {
  if (action === "*") {
    if (kind === "trust") throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
    return;
  }
  if (!action.includes(":")) {
    throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
  if (!/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) {
    throw malformed(`The policy failed legacy parsing: ${action} is not an action`);
  }
  if (kind === "trust" && !action.toLowerCase().startsWith("sts:")) {
    throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
  }
}

function checkPrincipal(statement: Record<string, unknown>, kind: PolicyKind): void {
  const { Principal: principal, NotPrincipal: excepted } = statement;
  if (kind === "identity") {
    if (principal !== undefined || excepted !== undefined) {
      throw malformed("Policy document should not specify a principal.");
    }
    return;
  }
  exactlyOne(statement, "Principal", "NotPrincipal", "Missing required field Principal");
  const element = principal ?? excepted;
  if (element === "*") return;
  if (!isObject(element)) throw malformed(`Invalid principal in policy: ${JSON.stringify(element)}`);
  for (const [type, names] of Object.entries(element)) {
    if (!["AWS", "Service", "Federated", "CanonicalUser"].includes(type)) {
      throw malformed(`Invalid principal in policy: "${type}"`);
    }
    for (const name of list(names)) {
      if (typeof name !== "string" || !validPrincipal(type, name)) {
        throw malformed(`Invalid principal in policy: "${type}":"${name}"`);
      }
    }
  }
}

/** Principals take no wildcards other than `*` alone. */
function validPrincipal(type: string, name: string): boolean {
  if (type === "AWS")
    return (
      name === "*" ||
      /^\d{12}$/.test(name) ||
      /^arn:aws[\w-]*:(iam|sts)::\d{12}:[^*?]+$/.test(name) ||
      /^A[IR][A-Z]{2}[A-Z0-9]{12,}$/.test(name)
    );
  if (type === "Service") return name === "*" || /^[a-z0-9.-]+\.amazon(aws)?\.com(\.cn)?$/.test(name);
  return name.length > 0;
}

function checkResource(statement: Record<string, unknown>, kind: PolicyKind): void {
  const given = statement.Resource !== undefined || statement.NotResource !== undefined;
  if (kind === "trust" || kind === "repository") {
    if (given) throw malformed("Has prohibited field Resource");
    return;
  }
  exactlyOne(statement, "Resource", "NotResource", "Policy statement must contain resources.");
  for (const resource of texts(statement, "Resource", "NotResource")) {
    if (resource === "*" || /^\$\{/.test(resource)) continue;
    if (!resource.startsWith("arn:") && kind === "identity") {
      throw malformed(`Resource ${resource} must be in ARN format or "*".`);
    }
    const [, partition = "", service = ""] = resource.split(":");
    if (resource.startsWith("arn:") && !/^(aws|aws-cn|aws-us-gov|\*)/.test(partition)) {
      throw malformed(`Partition "${partition}" is not valid for resource "${resource}".`);
    }
    if (resource.startsWith("arn:") && service === "" && resource.split(":").length > 2) {
      throw malformed(`Vendor is not valid for resource "${resource}".`);
    }
  }
}

/** What is wrong with a policy's conditions, for services that validate their policies themselves. */
export function conditionFault(statements: PolicyStatement | PolicyStatement[] | undefined): string | undefined {
  try {
    for (const statement of list(statements)) {
      // Whether it is a statement at all is checked by its service.
      if (statement?.Condition !== undefined) checkCondition(statement.Condition);
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function checkCondition(condition: unknown): void {
  if (!isObject(condition)) throw malformed("Syntax errors in policy: Condition must be an object");
  for (const [operator, keys] of Object.entries(condition)) {
    if (!parseOperator(operator)) throw malformed(`Invalid Condition type : ${operator}.`);
    if (!isObject(keys)) throw malformed(`Syntax errors in policy: the condition ${operator} must be an object`);
    for (const [key, values] of Object.entries(keys)) {
      if (!key.includes(":"))
        throw malformed(`Condition keys must begin with either 'aws:' or a vendor prefix: ${key}`);
      const refused = unsupplied(key);
      if (refused) throw malformed(`Syntax errors in policy: ${refused}.`);
      for (const value of list(values)) {
        if (!["string", "number", "boolean"].includes(typeof value)) {
          throw malformed(
            `Syntax errors in policy: the condition value of ${key} must be a string or a list of strings`,
          );
        }
      }
    }
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
