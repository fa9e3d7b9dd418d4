import type {
  Deployment as DeploymentShape,
  Stage as StageShape,
  UpdateStageCommandInput,
} from "@aws-sdk/client-apigatewayv2";
import { checkUnique, type Handlers } from "./handlers.ts";
import type { Deployment, Stage } from "./model.ts";
import { pageOf } from "./page.ts";
import { badRequest, given, type HttpRecords } from "./records.ts";

/** Stages, and the deployments that they serve. */
export function stageOperations(records: HttpRecords): Handlers {
  const shown = ({ CreatedDate, LastUpdatedDate, ...stage }: Stage): StageShape & { StageName: string } => ({
    ...stage,
    ...(stage.AutoDeploy && {
      LastDeploymentStatusMessage: `Successfully deployed stage with deployment ID '${stage.DeploymentId}'`,
    }),
    DefaultRouteSettings: { DetailedMetricsEnabled: false, ...stage.DefaultRouteSettings },
    CreatedDate: new Date(CreatedDate),
    LastUpdatedDate: new Date(LastUpdatedDate),
  });
  const find = (input: { ApiId: string; StageName: string }) =>
    records.part(records.stages, "stage", input.ApiId, input.StageName);
  const save = (apiId: string, stage: Stage): StageShape & { StageName: string } => {
    if (stage.DeploymentId !== undefined) records.part(records.deployments, "deployment", apiId, stage.DeploymentId);
    const key = `${apiId}/${stage.StageName}`;
    records.stages.put(key, { ...stage, LastUpdatedDate: Date.now() });
    return shown(stage.AutoDeploy ? records.autoDeploy(apiId, key, stage) : records.stages.get(key)!);
  };
  const read = (input: Partial<UpdateStageCommandInput>, before: Stage): Stage => {
    const { Description, DeploymentId, AutoDeploy, StageVariables, DefaultRouteSettings, RouteSettings } = input;
    if (DeploymentId && (AutoDeploy ?? before.AutoDeploy)) {
      throw badRequest("Deployment ID cannot be set on a stage that deploys automatically");
    }
    const { AccessLogSettings } = input;
    const changes = given({
      Description,
      DeploymentId,
      AutoDeploy,
      StageVariables,
      DefaultRouteSettings,
      RouteSettings,
    });
    return { ...before, ...changes, ...(AccessLogSettings && { AccessLogSettings }) } as Stage;
  };

  return {
    CreateStage(input) {
      const { ApiId, StageName = "" } = input;
      records.api(ApiId);
      if (!/^(\$default|[\w-]{1,128})$/.test(StageName))
        throw badRequest("Stage name only allows a-zA-Z0-9_- and $default");
      checkUnique(records.stages.has(`${ApiId}/${StageName}`), "Stage already exists");
      const now = Date.now();
      const fresh: Stage = {
        StageName,
        AutoDeploy: false,
        StageVariables: {},
        RouteSettings: {},
        Tags: input.Tags ?? {},
        CreatedDate: now,
        LastUpdatedDate: now,
      };
      return save(ApiId, read(input, fresh));
    },
    GetStage: (input) => shown(find(input)),
    GetStages(input) {
      records.api(input.ApiId);
      const { items, next } = pageOf(records.stages.values(`${input.ApiId}/`), input, ({ StageName }) => StageName);
      return { Items: items.map(shown), ...(next && { NextToken: next }) };
    },
    UpdateStage: (input) => save(input.ApiId, read(input, find(input))),
    DeleteStage(input) {
      find(input);
      records.stages.delete(`${input.ApiId}/${input.StageName}`);
      return {};
    },
    DeleteAccessLogSettings(input) {
      const { AccessLogSettings: _, ...stage } = find(input);
      records.stages.put(`${input.ApiId}/${input.StageName}`, stage);
      return {};
    },
    DeleteRouteSettings(input) {
      const stage = find(input);
      const { [input.RouteKey]: _, ...RouteSettings } = stage.RouteSettings;
      records.stages.put(`${input.ApiId}/${input.StageName}`, { ...stage, RouteSettings });
      return {};
    },
    ...deploymentOperations(records),
  };
}

function deploymentOperations(records: HttpRecords): Handlers {
  const shown = ({ definition: _, CreatedDate, ...deployment }: Deployment): DeploymentShape => ({
    ...deployment,
    DeploymentStatus: "DEPLOYED",
    CreatedDate: new Date(CreatedDate),
  });
  const find = (input: { ApiId: string; DeploymentId: string }) =>
    records.part(records.deployments, "deployment", input.ApiId, input.DeploymentId);
  return {
    CreateDeployment({ ApiId, Description, StageName }) {
      records.api(ApiId);
      const stage = StageName === undefined ? undefined : records.part(records.stages, "stage", ApiId, StageName);
      if (stage?.AutoDeploy) throw badRequest("Deployments cannot be made to a stage that deploys automatically");
      if (records.routes.values(`${ApiId}/`).length === 0) {
        throw badRequest("At least one route is required before deploying the Api.");
      }
      const deployment = records.deploy(ApiId, { AutoDeployed: false, ...(Description && { Description }) });
      if (stage) {
        const deployed = { ...stage, DeploymentId: deployment.DeploymentId, LastUpdatedDate: Date.now() };
        records.stages.put(`${ApiId}/${StageName}`, deployed);
      }
      return shown(deployment);
    },
    GetDeployment: (input) => shown(find(input)),
    GetDeployments(input) {
      records.api(input.ApiId);
      const all = records.deployments.values(`${input.ApiId}/`);
      const { items, next } = pageOf(all, input, ({ DeploymentId }) => DeploymentId);
      return { Items: items.map(shown), ...(next && { NextToken: next }) };
    },
    UpdateDeployment(input) {
      const deployment = { ...find(input), ...given({ Description: input.Description }) } as Deployment;
      records.deployments.put(`${input.ApiId}/${input.DeploymentId}`, deployment);
      return shown(deployment);
    },
    DeleteDeployment(input) {
      find(input);
      if (records.stages.values(`${input.ApiId}/`).some(({ DeploymentId }) => DeploymentId === input.DeploymentId)) {
        throw badRequest("Active stages pointing to this deployment must be moved or deleted");
      }
      records.deployments.delete(`${input.ApiId}/${input.DeploymentId}`);
      return {};
    },
  };
}
