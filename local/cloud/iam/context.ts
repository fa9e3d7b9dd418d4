/**
 * Global condition keys of a request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
import type { Access, Call } from "../service.ts";
import type { AccessKey } from "./directory.ts";
import type { Context } from "./pattern.ts";

interface Known {
  call: Pick<Call, "principal" | "sourceIp">;
  access: Access;
  region: string;
  accountId: string;
  principalTags?: Record<string, string> | undefined;
  key?: AccessKey | undefined;
}

/** Keys are asked for in lower case; each is worked out only when a policy asks for it. */
export function requestContext(known: Known): Context {
  let own: Record<string, string[]> | undefined;
  return (key) => {
    own ??= lowerKeys(known.access.context);
    return own[key] ?? global(key, known);
  };
}

function lowerKeys(context: Access["context"] = {}): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [key.toLowerCase(), Array.isArray(value) ? value : [value]]),
  );
}

function global(key: string, { call, access, region, accountId, principalTags, key: accessKey }: Known) {
  const { principal } = call;
  const isService = principal.kind === "service";
  if (key.startsWith("aws:principaltag/")) return tag(principalTags, key.slice("aws:principaltag/".length));
  switch (key) {
    case "aws:principalarn":
      return some(isService ? undefined : (principal.roleArn ?? principal.arn));
    case "aws:principalaccount":
      return some(principal.accountId);
    case "aws:principaltype":
      return some(
        { root: "Account", user: "User", role: "AssumedRole", service: undefined, anonymous: "Anonymous" }[
          principal.kind
        ],
      );
    case "aws:principalisawsservice":
      return [String(isService)];
    case "aws:principalservicename":
      return some(isService ? principal.arn : undefined);
    case "aws:userid":
      return some(principal.userId);
    case "aws:username":
      return some(principal.kind === "user" ? principal.arn.split("/").at(-1) : undefined);
    case "aws:sourcearn":
      return some(principal.sourceArn);
    case "aws:sourceaccount":
      return some(principal.sourceArn && (principal.sourceArn.split(":")[4] || accountId));
    case "aws:sourceip":
      return isService ? undefined : some(call.sourceIp);
    case "aws:currenttime":
      return [new Date().toISOString()];
    case "aws:epochtime":
      return [String(Math.floor(Date.now() / 1000))];
    // Loopback stands for the TLS connection of AWS: a policy that asks for TLS must not shut everybody out.
    case "aws:securetransport":
      return ["true"];
    case "aws:requestedregion":
      return [region];
    case "aws:resourceaccount":
      return some(access.resource.split(":")[4] || accountId);
    case "aws:viaawsservice":
      return ["false"];
    case "aws:tokenissuetime":
      return some(accessKey?.expiration && accessKey.issued);
    default:
      return undefined;
  }
}

const some = (value: string | undefined): string[] | undefined =>
  value === undefined || value === "" ? undefined : [value];

/** Tag keys, unlike their values, are compared without regard to case. */
function tag(tags: Record<string, string> | undefined, key: string): string[] | undefined {
  const found = Object.entries(tags ?? {}).find(([name]) => name.toLowerCase() === key);
  return found && [found[1]];
}
