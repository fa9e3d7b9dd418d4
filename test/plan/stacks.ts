import type { PlannedResource } from "../../plan/stacks.ts";

/** A resource for a plan: `resource("aws:s3/bucket:Bucket", "data", { inputs })`. */
export function resource(
  type: string,
  name: string,
  { inputs = {}, outputs = {}, ...rest }: Partial<PlannedResource> = {},
): PlannedResource {
  return { urn: `urn:pulumi:dev::shop::${type}::${name}`, type, name, id: `${name}-1`, inputs, outputs, ...rest };
}

/** A role and a policy of one statement that it has. */
export function roleMay(
  name: string,
  statement: { Effect?: string; Action: string | string[]; Resource: string | string[]; Condition?: object },
): PlannedResource[] {
  const policy = JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] });
  return [
    resource("aws:iam/role:Role", name, { outputs: { name: `${name}-1`, arn: `arn:aws:iam::1:role/${name}-1` } }),
    resource("aws:iam/rolePolicy:RolePolicy", `${name}-policy`, { inputs: { role: `${name}-1`, policy } }),
  ];
}
