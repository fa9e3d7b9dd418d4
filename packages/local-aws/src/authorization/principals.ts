/**
 * `Principal` and `NotPrincipal` of resource and trust policies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import type { PolicyStatement, Principal } from "../service.ts";

/**
 * How a statement names a caller. `account`: only its account, which leaves the decision to identity policies. `role`:
 * its role, whose boundary and session policy still limit it. `exact`: this session, user, service, or everyone.
 */
export type Match = "none" | "account" | "role" | "exact";

/** Nothing for a statement of an identity policy, which names no principal. */
export function compilePrincipal(statement: PolicyStatement): {
  principal?: (caller: Principal, bounded: boolean) => Match;
} {
  const { Principal: named, NotPrincipal: excepted, Effect } = statement;
  if (named !== undefined) return { principal: (caller) => matchAny(named, caller) };
  if (excepted === undefined) return {};
  if (Effect === "Deny") {
    return { principal: (caller, bounded) => (isExcepted(excepted, caller) && !bounded ? "none" : "exact") };
  }
  return { principal: (caller) => (matchAny(excepted, caller) === "none" ? "exact" : "none") };
}

/**
 * A deny with `NotPrincipal` exempts only callers that are named completely: the user and the account, or the session, its
 * role and the account. It never exempts a caller with a permissions boundary.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
function isExcepted(element: NonNullable<PolicyStatement["Principal"]>, caller: Principal): boolean {
  if (element === "*") return true;
  const { AWS } = element;
  if (caller.kind !== "role" && caller.kind !== "user") return matchAny(element, caller) !== "none";
  const named = list(AWS);
  const { accountId } = caller;
  const whole = [caller.arn, ...(caller.roleArn === undefined ? [] : [caller.roleArn])].every((arn) =>
    named.includes(arn),
  );
  return (
    named.includes("*") || (whole && [accountId, `arn:aws:iam::${accountId}:root`].some((one) => named.includes(one!)))
  );
}

function matchAny(element: NonNullable<PolicyStatement["Principal"]>, caller: Principal): Match {
  if (element === "*") return "exact";
  let best: Match = "none";
  for (const [type, names] of Object.entries(element)) {
    for (const name of list(names)) {
      const match = type === "AWS" ? matchAws(name, caller) : type === "Service" ? matchService(name, caller) : "none";
      if (match === "exact") return match;
      if (match === "role" || best === "none") best = match === "none" ? best : match;
    }
  }
  return best;
}

/** A service is named for all regions or for one: `states.amazonaws.com`, `states.eu-west-1.amazonaws.com`. */
const matchService = (name: string, caller: Principal): Match =>
  caller.kind === "service" && (name === "*" || name === caller.arn || name.replace(regional, "") === caller.arn)
    ? "exact"
    : "none";

const regional = /(?<=^[a-z0-9-]+)\.[a-z]{2}(-[a-z]+)+-\d(?=\.amazonaws\.com$)/;

function matchAws(name: string, caller: Principal): Match {
  if (name === "*" || name === caller.arn) return "exact";
  if (caller.kind === "service" || caller.kind === "anonymous") return "none";
  if (name === caller.roleArn) return "role";
  const account = /^(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
  if (!account || account !== caller.accountId) return "none";
  return caller.kind === "root" ? "exact" : "account";
}

/** Policies write one value or a list of them. */
export const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
