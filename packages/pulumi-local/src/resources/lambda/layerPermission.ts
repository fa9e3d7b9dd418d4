/** Who may use a layer's version. */
import type { AddLayerVersionPermissionResponse, GetLayerVersionPolicyResponse } from "@aws-sdk/client-lambda";
import type { Cloud } from "local-aws/service";
import { capitalized, described } from "../described.ts";
import type { ResourceType } from "../resourceType.ts";

export function layerPermissionType(cloud: Cloud): ResourceType {
  const call = <Answer = unknown>(operation: string, input: object) => cloud.call<Answer>("lambda", operation, input);
  const settings = ["action", "layerName", "organizationId", "principal", "statementId", "versionNumber"];
  const named = (id: string) => {
    const [LayerName, version] = id.split(",");
    return { LayerName, VersionNumber: Number(version) };
  };
  return described({
    type: "aws:lambda/layerVersionPermission:LayerVersionPermission",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/lambda/layerversionpermission/",
    required: ["action", "layerName", "principal", "statementId", "versionNumber"],
    properties: [...settings, "skipDestroy"],
    async make(inputs) {
      await call<AddLayerVersionPermissionResponse>("AddLayerVersionPermission", capitalized(inputs, settings));
      return `${inputs.layerName},${inputs.versionNumber}`;
    },
    async describe(id, given) {
      const found = await call<GetLayerVersionPolicyResponse>("GetLayerVersionPolicy", named(id));
      const statements = JSON.parse(found.Policy ?? "{}").Statement as { Sid: string; Action: string }[];
      const own = statements.find(({ Sid }) => given.statementId === undefined || Sid === given.statementId);
      if (!own) return undefined;
      const { LayerName: layerName, VersionNumber: versionNumber } = named(id);
      const statement = { statementId: own.Sid, action: own.Action, layerName, versionNumber };
      return { ...statement, policy: found.Policy, revisionId: found.RevisionId };
    },
    async remove(id, { statementId: StatementId, skipDestroy }) {
      if (!skipDestroy) await call("RemoveLayerVersionPermission", { ...named(id), StatementId });
    },
  });
}
