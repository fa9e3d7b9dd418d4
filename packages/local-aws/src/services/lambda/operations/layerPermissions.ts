/** The policy of a layer's version: which accounts may use it. */
import { randomUUID } from "node:crypto";
import type { OperationOf, Operations } from "../../../operations.ts";
import type { PolicyStatement } from "../../../service.ts";
import type { Lambda } from "../context.ts";
import { checkPattern, checkRevision, conflict, resourceNotFound } from "../errors.ts";
import type { LayerRecord } from "../layers.ts";
import { layerName as nameOf } from "./layers.ts";

interface Named {
  LayerName?: string;
  VersionNumber?: number;
}

export function layerPermissionOperations({ layers, arns }: Lambda): Operations<"lambda"> {
  const access = (action: string) => (input: Named) => [
    { action: `lambda:${action}`, resource: arns.layer(nameOf(input.LayerName), input.VersionNumber as number) },
  ];

  function find({ LayerName, VersionNumber = 0 }: Named): LayerRecord {
    const name = nameOf(LayerName);
    const record = layers.get(name, VersionNumber);
    if (!record) throw resourceNotFound(`Layer version ${arns.layer(name, VersionNumber)} does not exist.`);
    return record;
  }

  function save(record: LayerRecord, statements: PolicyStatement[]): string {
    const revision = randomUUID();
    const { policy: _, ...rest } = record;
    const kept = statements.length > 0 ? { ...rest, policy: { revision, statements } } : rest;
    layers.records.put(`${record.name}:${record.version}`, kept);
    return revision;
  }

  const AddLayerVersionPermission: OperationOf<"lambda", "AddLayerVersionPermission"> = {
    access: access("AddLayerVersionPermission"),
    run(input) {
      checkPattern(input.Action, "action", /^lambda:GetLayerVersion$/, 22, "lambda:GetLayerVersion");
      checkPattern(input.StatementId, "statementId", /^[a-zA-Z0-9-_]+$/, 100, "([a-zA-Z0-9-_]+)");
      const record = find(input);
      const before = record.policy?.statements ?? [];
      if (before.some(({ Sid }) => Sid === input.StatementId)) {
        throw conflict(
          `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      }
      checkRevision(input.RevisionId, record.policy?.revision, "GetLayerPolicy");
      const { Principal = "", OrganizationId } = input;
      const statement: PolicyStatement = {
        Sid: input.StatementId,
        Effect: "Allow",
        Principal:
          Principal === "*" ? "*" : { AWS: /^\d{12}$/.test(Principal) ? `arn:aws:iam::${Principal}:root` : Principal },
        Action: input.Action,
        Resource: record.arn,
        ...(OrganizationId && { Condition: { StringEquals: { "aws:PrincipalOrgID": OrganizationId } } }),
      };
      const RevisionId = save(record, [...before, statement]);
      return { Statement: JSON.stringify(statement), RevisionId };
    },
  };

  const GetLayerVersionPolicy: OperationOf<"lambda", "GetLayerVersionPolicy"> = {
    access: access("GetLayerVersionPolicy"),
    run(input) {
      const { policy } = find(input);
      if (!policy) throw resourceNotFound("No policy is associated with the given resource.");
      const document = { Version: "2012-10-17", Id: "default", Statement: policy.statements };
      return { Policy: JSON.stringify(document), RevisionId: policy.revision };
    },
  };

  const RemoveLayerVersionPermission: OperationOf<"lambda", "RemoveLayerVersionPermission"> = {
    access: access("RemoveLayerVersionPermission"),
    run(input) {
      const record = find(input);
      const before = record.policy?.statements ?? [];
      const after = before.filter(({ Sid }) => Sid !== input.StatementId);
      checkRevision(input.RevisionId, record.policy?.revision, "GetLayerPolicy");
      if (after.length === before.length) {
        throw resourceNotFound(`Statement ${input.StatementId} is not found in resource policy.`);
      }
      save(record, after);
      return {};
    },
  };

  return { AddLayerVersionPermission, GetLayerVersionPolicy, RemoveLayerVersionPermission };
}
