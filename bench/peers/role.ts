import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import type { Server } from "../lib/server.ts";
import { fresh } from "./names.ts";

/** A role that a service may assume. @returns its ARN. */
export async function role(server: Server, service: string): Promise<string> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  };
  const input = { RoleName: fresh("role"), AssumeRolePolicyDocument: JSON.stringify(trust) };
  return (await server.client(IAMClient).send(new CreateRoleCommand(input))).Role!.Arn!;
}
