/** Roles, users, instance profiles, policies and providers as the subject of a request. */
import type { Directory } from "./directory.ts";

export interface Entity {
  tags: Record<string, string>;
  boundary?: string;
}

/** The IAM entity with that ARN. */
export function entityOf(directory: Directory, arn: string): Entity | undefined {
  const [, kind] = /^arn:aws:iam::\d{12}:(role|user|instance-profile|policy|oidc-provider)\//.exec(arn) ?? [];
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  switch (kind) {
    case "role":
      return directory.roles.get(name);
    case "user":
      return directory.users.get(name);
    case "instance-profile":
      return directory.instanceProfiles.get(name);
    case "policy":
      return directory.policies.get(arn);
    case "oidc-provider":
      return directory.oidcProviders.get(arn);
    default:
      return undefined;
  }
}
