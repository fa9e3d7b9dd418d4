/** Service-linked roles. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html */
import type * as iam from "@aws-sdk/client-iam";
import { type Directory, type Role, uniqueId } from "../../authorization/directory.ts";
import { noSuchEntity, now } from "../../authorization/limits.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { describeNewRole } from "./describeRole.ts";
import { serviceRoles, suffixable } from "./serviceRoles.ts";

const invalidInput = (message: string) => new AwsError("InvalidInputException", message);
const pathOf = (service: string) => `/aws-service-role/${service}/`;

export function serviceLinkedRoleOperations(directory: Directory, accountId: string): Operations<"iam"> {
  const { roles } = directory;
  const arnOf = (service: string, name: string) => `arn:aws:iam::${accountId}:role${pathOf(service)}${name}`;
  const found = (name = ""): Role => {
    const role = roles.get(name);
    if (!role?.Path.startsWith("/aws-service-role/")) throw noSuchEntity(`Role not found for ${name}`);
    return role;
  };

  return {
    CreateServiceLinkedRole: {
      access: ({ AWSServiceName = "" }: iam.CreateServiceLinkedRoleRequest) => [
        {
          action: "iam:CreateServiceLinkedRole",
          resource: arnOf(AWSServiceName, roleName(AWSServiceName) ?? "*"),
          context: { "iam:AWSServiceName": AWSServiceName },
        },
      ],
      run({ AWSServiceName: service = "", CustomSuffix, Description }: iam.CreateServiceLinkedRoleRequest) {
        const name = roleName(service, CustomSuffix);
        if (!name) throw noSuchEntity(`Service role for ${service} is not known to AWS`);
        if (CustomSuffix !== undefined && !suffixable.has(shortName(service)))
          throw invalidInput(`Custom suffix is not allowed for ${service}`);
        if (roles.get(name)) {
          throw invalidInput(
            `Service role name ${name} has been taken in this account, please try a different suffix.`,
          );
        }
        const policy = serviceRoles[shortName(service)]?.[1];
        const trust = {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
        };
        const role: Role = {
          RoleName: name,
          RoleId: uniqueId("AROA"),
          Arn: arnOf(service, name),
          Path: pathOf(service),
          CreateDate: now(),
          AssumeRolePolicyDocument: JSON.stringify(trust),
          MaxSessionDuration: 3600,
          ...(Description !== undefined && { Description }),
          inline: {},
          attached: policy ? [`arn:aws:iam::aws:policy/aws-service-role/${policy}`] : [],
          tags: {},
        };
        roles.put(name, role);
        return { Role: describeNewRole(role) };
      },
    },
    DeleteServiceLinkedRole: {
      access: ({ RoleName = "" }: iam.DeleteServiceLinkedRoleRequest) => [
        { action: "iam:DeleteServiceLinkedRole", resource: roles.get(RoleName)?.Arn ?? arnOf("*", RoleName) },
      ],
      run({ RoleName }: iam.DeleteServiceLinkedRoleRequest) {
        const role = found(RoleName);
        roles.delete(role.RoleName);
        return { DeletionTaskId: `task${role.Path}${role.RoleName}/${crypto.randomUUID()}` };
      },
    },
    GetServiceLinkedRoleDeletionStatus: {
      access: () => [{ action: "iam:GetServiceLinkedRoleDeletionStatus", resource: "*" }],
      run({ DeletionTaskId = "" }: iam.GetServiceLinkedRoleDeletionStatusRequest) {
        if (!/^task\/aws-service-role\/[^/]+\/[^/]+\/[\w-]+$/.test(DeletionTaskId))
          throw noSuchEntity(`Deletion task ${DeletionTaskId} was not found`);
        return { Status: "SUCCEEDED" };
      },
    },
  };
}

const shortName = (service: string): string => service.replace(/\.amazonaws\.com$/, "");

function roleName(service: string, suffix?: string): string | undefined {
  const known = service.endsWith(".amazonaws.com") ? serviceRoles[shortName(service)] : undefined;
  return known && (suffix === undefined ? known[0] : `${known[0]}_${suffix}`);
}
