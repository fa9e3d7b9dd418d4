/**
 * Policies, compiled once and evaluated at every call.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import type { PolicyDocument, PolicyStatement, Principal } from "../service.ts";
import { type Condition, compileCondition } from "./conditions.ts";
import { type ArnPattern, type Context, compileArn, compilePattern, matchesArn, matchesPattern } from "./pattern.ts";
import { compilePrincipal, list, type Match } from "./principals.ts";

/** The question put to policies: may `principal` do `action` on `resource` in this `context`. */
export interface Question {
  principal: Principal;
  action: string;
  resource: string;
  context: Context;
  /** Whether the caller has a permissions boundary. */
  bounded?: boolean;
}

/** `deny` overrides everything; `match` tells how an allowing resource policy names the caller. */
export interface Verdict {
  effect: "allow" | "deny" | "none";
  match: Match;
}

interface Statement {
  allow: boolean;
  /** Whether action and (unless it holds variables) resource match: the part that can be cached. */
  concerns(action: string, resource: string): boolean;
  /** The part that is evaluated for each request. */
  resource?: (question: Question) => boolean;
  conditions: Condition[];
  /** Absent in identity policies: they belong to their principal. */
  principal?: (principal: Principal, bounded: boolean) => Match;
}

const maxRemembered = 10_000;

/** The statements of one or several documents, evaluated together. */
export class PolicySet {
  /** Whether a condition or a variable uses the resource's tags. */
  readonly asksForTags: boolean;
  readonly #statements: Statement[];
  /** Statements that concern an action on a resource: policies rarely change, and the same calls recur. */
  readonly #remembered = new Map<string, Statement[]>();

  constructor(documents: PolicyDocument[]) {
    this.asksForTags = documents.some((document) => /:resourcetag\//i.test(JSON.stringify(document)));
    this.#statements = documents.flatMap((document) => list(document.Statement).map((one) => compile(one, document)));
  }

  evaluate(question: Question): Verdict {
    let match: Match = "none";
    for (const statement of this.#concerning(question.action, question.resource)) {
      const named = statement.principal?.(question.principal, question.bounded ?? false) ?? "exact";
      if (named === "none" || (statement.resource && !statement.resource(question))) continue;
      if (!statement.conditions.every((condition) => condition(question.context))) continue;
      if (!statement.allow) return { effect: "deny", match: named };
      if (rank[named] > rank[match]) match = named;
    }
    return { effect: match === "none" ? "none" : "allow", match };
  }

  #concerning(action: string, resource: string): Statement[] {
    const key = `${action}\n${resource}`;
    let found = this.#remembered.get(key);
    if (!found) {
      found = this.#statements.filter((statement) => statement.concerns(action, resource));
      if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
      this.#remembered.set(key, found);
    }
    return found;
  }
}

const rank: Record<Match, number> = { none: 0, account: 1, role: 2, exact: 3 };

const compiled = new WeakMap<PolicyDocument, PolicySet>();

/** The compiled form of a document, cached as long as the document itself lives. Documents are never changed. */
export function policySet(document: PolicyDocument): PolicySet {
  let set = compiled.get(document);
  if (!set) {
    set = new PolicySet([document]);
    compiled.set(document, set);
  }
  return set;
}

function compile(statement: PolicyStatement, document: PolicyDocument): Statement {
  // Before 2012-10-17, `${aws:username}` was plain text.
  const variables = document.Version === "2012-10-17";
  const actions = list(statement.Action ?? statement.NotAction).map((action) => compilePattern(action, false, true));
  const resources = list(statement.Resource ?? statement.NotResource).map((arn) => compileArn(arn, variables));
  // A trust policy has no Resource: it concerns the role that it belongs to.
  const anyResource = statement.Resource === undefined && statement.NotResource === undefined;
  const dynamic = resources.some((resource) => resource.dynamic);

  const actionFits = (action: string) => {
    const name = action.toLowerCase();
    return actions.some((pattern) => matchesPattern(pattern, name)) === (statement.Action !== undefined);
  };
  const resourceFits = (resource: string, context?: Context) =>
    anyResource || resources.some(fits(resource, context)) === (statement.Resource !== undefined);

  return {
    allow: statement.Effect === "Allow",
    concerns: (action, resource) => actionFits(action) && (dynamic || resourceFits(resource)),
    ...(dynamic && { resource: (question: Question) => resourceFits(question.resource, question.context) }),
    conditions: Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) =>
        compileCondition(operator, key, list<string | number | boolean>(values).map(String), variables),
      ),
    ),
    ...compilePrincipal(statement),
  };
}

const fits = (resource: string, context?: Context) => (pattern: ArnPattern) => matchesArn(pattern, resource, context);
