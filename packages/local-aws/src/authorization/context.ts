/**
 * Condition keys of a request: its own, the global ones, and those of services that mean the same.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
import type { Access, Call } from "../service.ts";
import type { AccessKey } from "./directory.ts";
import type { Entity } from "./entity.ts";
import type { Context } from "./pattern.ts";

interface Known {
  call: Pick<Call, "principal" | "sourceIp" | "context">;
  access: Access;
  region: string;
  accountId: string;
  principalTags?: Record<string, string> | undefined;
  key?: () => AccessKey | undefined;
  /** The IAM entity that the request is about. */
  entity?: () => Entity | undefined;
}

/** Keys are looked up in lower case; each is computed only when a policy uses it. */
export function requestContext(known: Known): Context {
  let own: Record<string, string[]> | undefined;
  return (key) => {
    // The global keys, which most policies use, do not depend on the request's input: it need not be read for them.
    const everybodys = key.startsWith("aws:") ? global(key, known) : undefined;
    if (everybodys) return everybodys;
    own ??= lowerKeys({ ...known.call.context?.(), ...known.access.context });
    const resourceTag = /^[a-z0-9-]+:resourcetag\/(.+)$/.exec(key)?.[1];
    if (resourceTag) return own[`aws:resourcetag/${resourceTag}`] ?? tag(known.entity?.()?.tags, resourceTag);
    return own[key] ?? global(key, known);
  };
}

function lowerKeys(context: Access["context"] = {}): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [key.toLowerCase(), Array.isArray(value) ? value : [value]]),
  );
}

function global(key: string, { call, access, region, accountId, principalTags, key: accessKey, entity }: Known) {
  const { principal } = call;
  const isService = principal.kind === "service";
  if (key.startsWith("aws:principaltag/")) return tag(principalTags, key.slice("aws:principaltag/".length));
  switch (key) {
    case "aws:principalarn":
      return some(isService ? undefined : (principal.roleArn ?? principal.arn));
    case "aws:principalaccount":
    case "kms:calleraccount":
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
    case "aws:principalservicenameslist":
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
    // Loopback stands for the TLS connection of AWS: a policy that asks for TLS must not lock everyone out.
    case "aws:securetransport":
      return ["true"];
    case "s3:tlsversion":
      return ["1.3"];
    case "aws:requestedregion":
      return [region];
    case "events:creatoraccount":
      return [accountId];
    case "aws:resourceaccount":
    case "s3:resourceaccount":
      return some(access.resource.split(":")[4] || accountId);
    case "aws:viaawsservice":
      return [String(principal.via !== undefined)];
    case "kms:viaservice":
      return some(principal.via && `${principal.via}.${region}.amazonaws.com`);
    case "aws:tokenissuetime": {
      const { expiration, issued } = accessKey?.() ?? {};
      return some(expiration && issued);
    }
    // There is no MFA here; without temporary credentials the key is absent.
    case "aws:multifactorauthpresent":
      return some(accessKey?.()?.expiration && "false");
    case "aws:sourceidentity":
      return some(accessKey?.()?.sourceIdentity);
    case "iam:permissionsboundary":
      return some(entity?.()?.boundary);
    default:
      return undefined;
  }
}

const some = (value: string | undefined): string[] | undefined =>
  value === undefined || value === "" ? undefined : [value];

/** Tag keys, unlike their values, are compared case-insensitively. */
function tag(tags: Record<string, string> | undefined, key: string): string[] | undefined {
  const found = Object.entries(tags ?? {}).find(([name]) => name.toLowerCase() === key);
  return found && [found[1]];
}
