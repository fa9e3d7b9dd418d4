import type { CreateDeploymentRequest, Deployment as DeploymentShape } from "@aws-sdk/client-api-gateway";
import type { Api, Deployment } from "../model.ts";
import { applyPatch, property } from "../patch.ts";
import { badRequest, newId, pageOf, type Records } from "../records.ts";
import { readCanary } from "./canary.ts";
import type { Handlers } from "./handlers.ts";
import { newStage } from "./stages.ts";

/** Deployments: snapshots of an API, the only thing that is ever served. */
export function deploymentOperations(records: Records): Handlers {
  return {
    CreateDeployment(input) {
      const api = records.api(input.restApiId);
      if (input.stageDescription && !input.stageName) throw badRequest("Stage name must be specified");
      checkDeployable(api);
      const deployment: Deployment = {
        id: newId(6),
        restApiId: api.id,
        createdDate: Date.now(),
        apiName: api.name,
        definition: api.definition,
        ...(input.description && { description: input.description }),
      };
      records.deployments.put(`${api.id}/${deployment.id}`, deployment);
      if (input.stageName) deployTo(records, deployment, input);
      return describe(deployment);
    },

    GetDeployment(input) {
      const deployment = records.deployment(input.restApiId, input.deploymentId);
      return {
        ...describe(deployment),
        ...(input.embed?.includes("apisummary") && { apiSummary: summary(deployment) }),
      };
    },

    GetDeployments(input) {
      const { id } = records.api(input.restApiId);
      const found = pageOf(records.deployments.values(`${id}/`), input, (one) => one.id);
      return { ...found, items: found.items.map(describe) };
    },

    UpdateDeployment(input) {
      const deployment = records.deployment(input.restApiId, input.deploymentId);
      applyPatch(deployment, input.patchOperations, { "/description": property("description") });
      records.deployments.put(`${deployment.restApiId}/${deployment.id}`, deployment);
      return describe(deployment);
    },

    DeleteDeployment(input) {
      const { id, restApiId } = records.deployment(input.restApiId, input.deploymentId);
      if (
        records.stages
          .values(`${restApiId}/`)
          .some((stage) => stage.deploymentId === id || stage.canarySettings?.deploymentId === id)
      ) {
        throw badRequest("Active stages pointing to this deployment must be moved or deleted");
      }
      records.deployments.delete(`${restApiId}/${id}`);
      return {};
    },
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/api/API_CreateDeployment.html */
function checkDeployable({ definition }: Api): void {
  const methods = Object.values(definition.resources).flatMap((resource) => Object.values(resource.resourceMethods));
  if (methods.length === 0) throw badRequest("The REST API doesn't contain any methods");
  if (methods.some((method) => !method.methodIntegration)) throw badRequest("No integration defined for method");
}

function deployTo(records: Records, deployment: Deployment, input: CreateDeploymentRequest): void {
  const key = `${deployment.restApiId}/${input.stageName}`;
  const now = Date.now();
  const existing = records.stages.get(key);
  if (input.canarySettings) {
    if (!existing)
      throw badRequest("Invalid deployment content specified.Stage name must exist to make a canary deployment");
    existing.canarySettings = readCanary(input.canarySettings, deployment.id);
    existing.lastUpdatedDate = now;
    records.stages.put(key, existing);
    records.servedChanged();
    return;
  }
  const stage = existing ?? newStage(deployment.restApiId, input.stageName!, deployment.id);
  stage.deploymentId = deployment.id;
  stage.lastUpdatedDate = now;
  if (input.stageDescription !== undefined) stage.description = input.stageDescription;
  if (input.variables) stage.variables = { ...stage.variables, ...input.variables };
  if (input.tracingEnabled !== undefined) stage.tracingEnabled = input.tracingEnabled;
  records.stages.put(key, stage);
  records.servedChanged();
}

const describe = ({ id, description, createdDate }: Deployment): DeploymentShape => ({
  id,
  createdDate: new Date(createdDate),
  ...(description !== undefined && { description }),
});

/** What is deployed: path, method, and authorization. */
function summary({ definition }: Deployment): DeploymentShape["apiSummary"] {
  return Object.fromEntries(
    Object.values(definition.resources).map(({ path, resourceMethods }) => [
      path,
      Object.fromEntries(
        Object.values(resourceMethods).map(({ httpMethod, authorizationType, apiKeyRequired }) => [
          httpMethod,
          { authorizationType, apiKeyRequired },
        ]),
      ),
    ]),
  );
}
