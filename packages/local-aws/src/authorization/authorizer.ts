/**
 * Decides every call. In one account, the caller's identity policies *or* the resource's policy may allow; permissions
 * boundary and session policies only limit; a deny in any of them wins.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { tell } from "../activity.ts";
import { type Access, AwsError, type Call, type PolicyDocument, type Principal } from "../service.ts";
import { requestContext } from "./context.ts";
import type { Directory, IamEntity, User } from "./directory.ts";
import { entityOf } from "./entity.ts";
import { managedPolicyDocument } from "./managed.ts";
import type { Context } from "./pattern.ts";
import { PolicySet, policySet, type Question } from "./policy.ts";

/** What limits and allows one caller, compiled. */
interface Compiled {
  version: number;
  identity: PolicySet;
  boundary?: PolicySet;
  session: PolicySet[];
  tags: Record<string, string>;
  /** Whether any of them looks at the tags of what is asked for. */
  asksForTags: boolean;
}

export type Refusal = "identity-based" | "resource-based" | "permissions boundary" | "session";
/** `explicit`: some policy denies; otherwise no policy of that kind allows. */
export type Decision = { allowed: true } | { allowed: false; explicit: boolean; by: Refusal };

const allowed: Decision = { allowed: true };
const none = new PolicySet([]);

export class Authorizer {
  readonly #directory: Directory;
  readonly #region: string;
  readonly #accountId: string;
  readonly #compiled = new Map<string, Compiled>();
  readonly #used = new Map<string, Set<string>>();

  /** @param region the region of calls that name none. */
  constructor(directory: Directory, region: string, accountId: string) {
    this.#directory = directory;
    this.#region = region;
    this.#accountId = accountId;
  }

  /** @throws AwsError `AccessDenied` or `AccessDeniedException`, whichever the action's service uses. */
  authorize(
    call: Pick<Call, "principal" | "sourceIp" | "operation" | "context"> & Partial<Pick<Call, "service" | "region">>,
    accesses: Access[],
  ): void {
    for (const access of accesses) {
      const decision = this.decide(call, access);
      if (decision.allowed) continue;
      const { by, explicit } = decision;
      const { arn, roleArn = arn } = call.principal;
      const { action, resource } = access;
      const region = call.region ?? this.#region;
      tell(() => ({ kind: "denied", at: Date.now(), region, principal: roleArn, action, resource, by, explicit }));
      throw accessDenied(call, access, decision);
    }
  }

  /** Whether an applicable policy reads the resource's tags, which must be fetched from its service. */
  asksForTags({ principal }: Pick<Call, "principal">, { resourcePolicy }: Access): boolean {
    if (resourcePolicy && policySet(resourcePolicy).asksForTags) return true;
    return this.#of(principal)?.asksForTags ?? false;
  }

  decide(
    call: Pick<Call, "principal" | "sourceIp" | "context"> & Partial<Pick<Call, "region">>,
    access: Access,
  ): Decision {
    const policies = this.#of(call.principal);
    const decision = decide(this.#question(call, access, policies), access, policies, this.#accountId);
    if (policies && decision.allowed) this.#note(call.principal, access.action);
    return decision;
  }

  /** Actions that a role or user was allowed since the start. @param arn of the role, not of a session. */
  usedBy(arn: string): ReadonlySet<string> {
    return this.#used.get(arn) ?? new Set();
  }

  #note({ arn, roleArn = arn }: Principal, action: string): void {
    const used = this.#used.get(roleArn);
    if (used) used.add(action);
    else this.#used.set(roleArn, new Set([action]));
  }

  /**
   * What policies would decide that are only given, in place of the caller's own.
   * @param given the policies, and what is known of the request instead of all that its context has.
   * @returns for a permission, the decision, and what some of their statements say of it.
   */
  asking(
    call: Pick<Call, "principal">,
    given: {
      identity: PolicyDocument[];
      boundary: PolicyDocument[] | undefined;
      known(context: Context): Context;
    },
  ) {
    const { version = 0, tags = {} } = this.#of(call.principal) ?? {};
    const boundary = given.boundary && new PolicySet(given.boundary);
    const identity = new PolicySet(given.identity);
    const own: Compiled = { version, identity, session: [], tags, asksForTags: false, ...(boundary && { boundary }) };
    return (access: Access) => {
      const asked = this.#question(call, access, own);
      const question = { ...asked, context: given.known(asked.context) };
      return {
        decision: decide(question, access, own, this.#accountId),
        effectOf: (statements: PolicySet) => statements.evaluate(question).effect,
      };
    };
  }

  #question(
    call: Pick<Call, "principal" | "sourceIp" | "context"> & Partial<Pick<Call, "region">>,
    access: Access,
    policies: Compiled | undefined,
  ): Question {
    const { principal } = call;
    return {
      principal,
      action: access.action,
      resource: access.resource,
      bounded: policies?.boundary !== undefined,
      context: requestContext({
        call,
        access,
        region: call.region ?? this.#region,
        accountId: this.#accountId,
        principalTags: policies?.tags,
        entity: () => entityOf(this.#directory, access.resource),
        key: () => (principal.accessKeyId ? this.#directory.key(principal.accessKeyId) : undefined),
      }),
    };
  }

  /** Policies of a role or user; `undefined` for principals without any (root, services, other accounts). */
  #of(principal: Principal): Compiled | undefined {
    if (principal.kind !== "role" && principal.kind !== "user") return undefined;
    if (principal.accountId !== this.#accountId) return undefined;
    const id = principal.accessKeyId ?? `${principal.arn} ${principal.userId}`;
    let found = this.#compiled.get(id);
    if (found?.version !== this.#directory.version) {
      found = this.#compile(principal);
      if (this.#compiled.size > 10_000) this.#compiled.clear();
      this.#compiled.set(id, found);
    }
    return found;
  }

  #compile(principal: Principal): Compiled {
    const version = this.#directory.version;
    const entity = this.#entity(principal);
    if (!entity) return { version, identity: none, session: [], tags: {}, asksForTags: false };
    const key = principal.accessKeyId ? this.#directory.key(principal.accessKeyId) : undefined;
    const groups = "UserId" in entity ? this.#directory.groupsOf(entity) : [];
    const documents = [entity, ...groups].flatMap(({ inline, attached }) => [
      ...Object.values(inline).map((text) => JSON.parse(text) as PolicyDocument),
      ...attached.flatMap((arn) => managedPolicyDocument(this.#directory, arn) ?? []),
    ]);
    const limit = entity.boundary && managedPolicyDocument(this.#directory, entity.boundary);
    const boundary = entity.boundary ? new PolicySet(limit ? [limit] : []) : undefined;
    const own = new PolicySet(documents);
    // Several session policies allow together what any of them allows.
    const session = key?.policies?.length ? [new PolicySet(key.policies.map((text) => JSON.parse(text)))] : [];
    return {
      version,
      identity: own,
      ...(boundary && { boundary }),
      session,
      // Session tags come first: they override the role's, whose keys may differ in case.
      tags: { ...key?.tags, ...entity.tags, ...key?.tags },
      asksForTags: [own, boundary, ...session].some((set) => set?.asksForTags),
    };
  }

  #entity(principal: Principal): User | IamEntity | undefined {
    if (principal.kind === "user") {
      // The simulator asks for a group, too, which has no tags.
      const isGroup = principal.arn.split(":")[5]?.startsWith("group/");
      return isGroup ? undefined : this.#directory.users.get(principal.arn.split("/").at(-1) as string);
    }
    const role = this.#directory.roles.get((principal.roleArn ?? "").split("/").at(-1) as string);
    // A role recreated under the same name has another id: sessions of the old one have no rights any more.
    const sessionOf = principal.userId?.split(":")[0];
    return role && (sessionOf === undefined || sessionOf === role.RoleId) ? role : undefined;
  }
}

function decide(question: Question, access: Access, own: Compiled | undefined, accountId: string): Decision {
  const { principal } = question;
  const rule = access.rule ?? "identity-or-resource";
  const byResource = access.resourcePolicy && policySet(access.resourcePolicy).evaluate(question);
  const byIdentity = own?.identity.evaluate(question);
  if (byResource?.effect === "deny") return { allowed: false, explicit: true, by: "resource-based" };
  if (byIdentity?.effect === "deny") return { allowed: false, explicit: true, by: "identity-based" };
  const limits = limiting(question, own);
  if (limits?.explicit) return limits;

  const outside = principal.kind === "service" || principal.kind === "anonymous" || principal.accountId !== accountId;
  // Another account's identity policies are unknown here: only the resource's policy can be evaluated.
  const identityAllows = principal.kind === "root" || byIdentity?.effect === "allow";
  const match = byResource?.match ?? "none";
  if (outside) return match === "none" ? refuse("resource-based") : allowed;

  const delegated = match === "account" && identityAllows;
  const resourceAllows = match === "exact" || match === "role" || delegated;
  const granted =
    rule === "both"
      ? identityAllows && resourceAllows
      : rule === "resource"
        ? resourceAllows
        : resourceAllows || identityAllows;
  if (!granted)
    return refuse(rule === "resource" || (rule === "both" && identityAllows) ? "resource-based" : "identity-based");
  // What a resource grants to one session or user by name is not limited by its role's permissions boundary.
  if (limits && match !== "exact") return limits;
  return allowed;
}

const refuse = (by: Refusal): Decision => ({ allowed: false, explicit: false, by });

function limiting(question: Question, own: Compiled | undefined): Exclude<Decision, { allowed: true }> | undefined {
  const boundary = own?.boundary?.evaluate(question).effect ?? "allow";
  if (boundary === "deny") return { allowed: false, explicit: true, by: "permissions boundary" };
  for (const policies of own?.session ?? []) {
    const { effect } = policies.evaluate(question);
    if (effect !== "allow") return { allowed: false, explicit: effect === "deny", by: "session" };
  }
  return boundary === "allow" ? undefined : { allowed: false, explicit: false, by: "permissions boundary" };
}

/** Services whose errors are named without `Exception` (query and XML protocols), and those that answer 403 with it. */
const plainCode = new Set(["iam", "sts", "sns", "s3", "cloudwatch", "monitoring", "cloudformation", "autoscaling"]);
const restJson = new Set(["lambda", "apigateway", "execute-api", "scheduler", "ses", "xray", "eks", "batch"]);

/** Services whose messages name a resource even for actions that have none. */
const namesEverything = new Set(["lambda", "ecs", "ecr"]);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function accessDenied(
  { principal, service: called }: Pick<Call, "principal"> & Partial<Pick<Call, "service">>,
  access: Access,
  decision: Exclude<Decision, { allowed: true }>,
): AwsError {
  const service = access.action.split(":")[0] as string;
  const kind = decision.by === "permissions boundary" ? decision.by : `${decision.by} policy`;
  const why = decision.explicit
    ? ` with an explicit deny in ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`
    : ` because no ${kind} allows the ${access.action} action`;
  const resource = service === "s3" ? `"${access.resource}"` : access.resource;
  const where = access.resource === "*" && !namesEverything.has(service) ? "" : ` on resource: ${resource}`;
  // STS gives no further detail about a role that cannot be assumed.
  const reason = access.action === "sts:AssumeRole" ? "" : why;
  const message = `User: ${principal.arn} is not authorized to perform: ${access.action}${where}${reason}`;
  // Lambda words a missing `iam:PassRole` differently.
  const speaker = called ?? service;
  if (speaker === "ec2")
    return new AwsError("UnauthorizedOperation", `You are not authorized to perform this operation. ${message}`, 403);
  return plainCode.has(speaker)
    ? new AwsError("AccessDenied", message, 403)
    : new AwsError("AccessDeniedException", message, restJson.has(speaker) ? 403 : 400);
}
