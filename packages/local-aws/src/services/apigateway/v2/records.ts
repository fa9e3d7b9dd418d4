import type { Cloud } from "../../../service.ts";
import { AwsError } from "../../../service.ts";
import type { Collection } from "../../../store.ts";
import { newId } from "../records.ts";
import type { Authorizer, Definition, Deployment, HttpApi, Integration, Route, Stage } from "./model.ts";

export const notFound = (message: string) => new AwsError("NotFoundException", message, 404);
export const badRequest = (message: string) => new AwsError("BadRequestException", message, 400);
export const conflict = (message: string) => new AwsError("ConflictException", message, 409);

/** Everything that is stored of HTTP APIs; parts are kept by `ApiId/id`. */
export class HttpRecords {
  readonly apis: Collection<HttpApi>;
  readonly routes: Collection<Route>;
  readonly integrations: Collection<Integration>;
  readonly authorizers: Collection<Authorizer>;
  readonly stages: Collection<Stage>;
  readonly deployments: Collection<Deployment>;

  constructor({ store }: Pick<Cloud, "store">) {
    this.apis = store.collection("apigatewayv2.apis");
    this.routes = store.collection("apigatewayv2.routes");
    this.integrations = store.collection("apigatewayv2.integrations");
    this.authorizers = store.collection("apigatewayv2.authorizers");
    this.stages = store.collection("apigatewayv2.stages");
    this.deployments = store.collection("apigatewayv2.deployments");
  }

  api(apiId: string): HttpApi {
    const found = this.apis.get(apiId);
    if (!found) throw notFound(`Invalid API identifier specified ${apiId}`);
    return found;
  }

  /** A part of an API. @param kind as messages name it. */
  part<T>(collection: Collection<T>, kind: string, apiId: string, id: string | undefined): T {
    this.api(apiId);
    const found = collection.get(`${apiId}/${id}`);
    if (!found) throw notFound(`Invalid ${kind} identifier specified ${id}`);
    return found;
  }

  definition(apiId: string): Definition {
    const of = <T>(collection: Collection<T>) => collection.values(`${apiId}/`);
    return { routes: of(this.routes), integrations: of(this.integrations), authorizers: of(this.authorizers) };
  }

  deploy(apiId: string, more: Pick<Deployment, "AutoDeployed"> & { Description?: string }): Deployment {
    const definition = this.definition(apiId);
    const deployment = { DeploymentId: newId(6), CreatedDate: Date.now(), definition, ...more };
    this.deployments.put(`${apiId}/${deployment.DeploymentId}`, deployment);
    return deployment;
  }

  /** Stages that deploy by themselves follow every change; what they served before is forgotten. */
  changed(apiId: string): void {
    for (const [key, stage] of this.stages.entries(`${apiId}/`))
      if (stage.AutoDeploy) this.autoDeploy(apiId, key, stage);
  }

  autoDeploy(apiId: string, key: string, stage: Stage): Stage {
    const before = this.deployments.get(`${apiId}/${stage.DeploymentId}`);
    if (before?.AutoDeployed) this.deployments.delete(`${apiId}/${before.DeploymentId}`);
    const { DeploymentId } = this.deploy(apiId, {
      AutoDeployed: true,
      Description: "Automatic deployment triggered by changes to the Api configuration",
    });
    const deployed = { ...stage, DeploymentId, LastUpdatedDate: Date.now() };
    this.stages.put(key, deployed);
    return deployed;
  }

  delete(apiId: string): void {
    this.api(apiId);
    for (const parts of [this.routes, this.integrations, this.authorizers, this.stages, this.deployments]) {
      for (const [key] of parts.entries(`${apiId}/`)) parts.delete(key);
    }
    this.apis.delete(apiId);
  }
}

/** Members that were given. */
export const given = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
