/** Who may do what on what: each right that a stack's policies give, as a line of its own. */
import { resourcePolicies } from "../policy/grantingTypes.ts";
import { documentOf } from "../policy/openapi.ts";
import { listOf, type Statement, statementsOf } from "../policy/statements.ts";
import { namesOf } from "./names.ts";
import { labelOf, type PlannedResource } from "./stacks.ts";
import { isUnknown } from "./values.ts";

export interface Grant {
  effect: "Allow" | "Deny";
  /** A role of the stack by its name, a service, an account, `everyone`. */
  who: string;
  /** IAM's action, with its wildcards. */
  action: string;
  /** By the program's name where it is the stack's, else its ARN, with its wildcards. */
  resource: string;
  /** On which condition, as JSON; empty for none. */
  condition: string;
}

/** The rights that a stack gives, and how many policies say nothing before they are made. */
export interface Grants {
  grants: Grant[];
  unknown: number;
}

/** Whose policy a type is, by the input that names it. */
const attached: Record<string, "role" | "user" | "group"> = {
  "aws:iam/rolePolicy:RolePolicy": "role",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "role",
  "aws:iam/userPolicy:UserPolicy": "user",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": "user",
  "aws:iam/groupPolicy:GroupPolicy": "group",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "group",
};

export function grantsOf(resources: PlannedResource[]): Grants {
  const shown = namesOf(resources);
  const principals = principalsOf(resources);
  const policies = new Map(
    resources
      .filter(({ type }) => type === "aws:iam/policy:Policy")
      .map(({ inputs, outputs }) => [outputs.arn, inputs.policy]),
  );
  const functions = new Map(
    resources
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ type, name, outputs }) => [outputs.name, labelOf({ type, name })]),
  );
  const grants: Grant[] = [];
  let unknown = 0;

  /** @param given whoever the policy belongs to; without, each statement says whom it is about. */
  const read = (policy: unknown, given: { who?: string; resource?: string }): void => {
    if (policy === undefined || policy === "") return;
    if (isUnknown(policy)) unknown += 1;
    else for (const statement of statementsOf(policy)) grants.push(...grantsIn(statement, given, shown));
  };

  for (const { type, name, inputs } of resources) {
    const itself = labelOf({ type, name });
    if (type === "aws:iam/role:Role") {
      read(inputs.assumeRolePolicy, { resource: itself });
      for (const one of (inputs.inlinePolicies ?? []) as { policy?: unknown }[]) read(one.policy, { who: itself });
      for (const arn of (inputs.managedPolicyArns ?? []) as string[]) managed(arn, itself);
    } else if (attached[type]) {
      const who = principals(attached[type], inputs[attached[type]]);
      if (inputs.policyArn === undefined) read(inputs.policy, { who });
      else managed(String(inputs.policyArn), who);
    } else if (type === "aws:lambda/permission:Permission") grants.push(permission(inputs, shown, functions));
    else if (resourcePolicies.has(type)) {
      read(inputs[resourcePolicies.get(type)!], { resource: itself });
      if (type === "aws:apigateway/restApi:RestApi") {
        read(documentOf(inputs.body)["x-amazon-apigateway-policy"], { resource: itself });
      }
    }
  }
  return { grants, unknown };

  function managed(arn: string, who: string): void {
    if (policies.has(arn)) read(policies.get(arn), { who });
    else if (isUnknown(arn)) unknown += 1;
    else {
      const action = `all of ${arn.split(":").at(-1)}`;
      grants.push({ effect: "Allow", who, action, resource: "*", condition: "" });
    }
  }
}

/** The stack's roles, users and groups by their physical names. */
function principalsOf(resources: PlannedResource[]): (kind: string, given: unknown) => string {
  const known = new Map(
    resources
      .filter(({ type }) => /^aws:iam\/(role|user|group):/.test(type))
      .flatMap(({ type, name, id, outputs }) =>
        [id, outputs.name].map((key) => [key, labelOf({ type, name })] as const),
      ),
  );
  return (kind, given) => known.get(given as string) ?? `${kind} ${String(given)}`;
}

function grantsIn(
  { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition }: Statement,
  { who, resource }: { who?: string; resource?: string },
  shown: (text: string) => string,
): Grant[] {
  const whom = who ? [who] : principalsIn(Principal, NotPrincipal, shown);
  const actions = NotAction ? [`all but ${listOf(NotAction).join(", ")}`] : listOf(Action);
  // Of a resource's own policy, `*` is that resource.
  const named = listOf(Resource).map((one) => (one === "*" && resource ? resource : shown(one)));
  const targets = NotResource ? [`all but ${listOf(NotResource).map(shown).join(", ")}`] : named;
  const condition = Condition ? shownIn(Condition, shown) : "";
  const effect = Effect === "Deny" ? "Deny" : "Allow";
  return whom.flatMap((one) =>
    actions.flatMap((action) =>
      (targets.length > 0 ? targets : [resource ?? "*"]).map((target) => ({
        effect,
        who: one,
        action,
        resource: target,
        condition,
      })),
    ),
  );
}

function principalsIn(given: Statement["Principal"], not: unknown, shown: (text: string) => string): string[] {
  if (not !== undefined) return [`everyone but ${JSON.stringify(not)}`];
  if (given === undefined) return [];
  if (typeof given === "string") return [given === "*" ? "everyone" : given];
  return Object.values(given).flatMap((names) =>
    listOf(names).map((name) => (name === "*" ? "everyone" : shown(name))),
  );
}

/** A condition in which ARNs of the stack are names. */
const shownIn = (condition: unknown, shown: (text: string) => string): string =>
  JSON.stringify(condition, (_key, value) => (typeof value === "string" ? shown(value) : value));

/** A right that Lambda keeps in the function's policy. */
function permission(
  inputs: Record<string, unknown>,
  shown: (text: string) => string,
  functions: Map<unknown, string>,
): Grant {
  const { principal, action, function: of, sourceArn, sourceAccount, qualifier } = inputs as Record<string, string>;
  const conditions = {
    ...(sourceArn && { source: shown(sourceArn) }),
    ...(sourceAccount && { account: sourceAccount }),
  };
  return {
    effect: "Allow",
    who: principal === "*" ? "everyone" : shown(String(principal)),
    action: String(action),
    resource: `${functions.get(of) ?? shown(String(of))}${qualifier ? `:${qualifier}` : ""}`,
    condition: Object.keys(conditions).length > 0 ? JSON.stringify(conditions) : "",
  };
}
