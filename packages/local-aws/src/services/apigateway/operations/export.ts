import { type ExportOptions, exportDocument } from "../definition/export.ts";
import { toSwagger } from "../definition/toSwagger.ts";
import { badRequest, type Records } from "../records.ts";
import type { Handlers } from "./handlers.ts";

const EXTENSIONS = new Set(["integrations", "authorizers", "apigateway", "documentation", "postman"]);

/** @param origin URL of the stages, without a stage's name. */
export function exportOperations(records: Records, region: string, origin: (apiId: string) => string): Handlers {
  return {
    async GetExport(input) {
      const stage = records.stage(input.restApiId, input.stageName);
      const api = records.api(stage.restApiId);
      const { exportType } = input;
      if (exportType !== "oas30" && exportType !== "swagger") {
        throw badRequest(`Invalid exportType '${exportType}': oas30 or swagger`);
      }
      const asked = (input.parameters?.extensions ?? "")
        .split(",")
        .map((text) => text.trim())
        .filter(Boolean);
      const unknown = asked.find((name) => !EXTENSIONS.has(name));
      if (unknown) throw badRequest(`Invalid extension '${unknown}': ${[...EXTENSIONS].join(", ")}`);
      const contentType = input.accepts ?? "application/json";
      if (contentType !== "application/json" && contentType !== "application/yaml") {
        throw badRequest(`Invalid Accept '${contentType}': application/json or application/yaml`);
      }
      const version = api.version ?? new Date(api.createdDate).toISOString();
      const exported = exportDocument(records.deployment(api.id, stage.deploymentId).definition, {
        title: api.name,
        version,
        ...(api.description !== undefined && { description: api.description }),
        server: { origin: origin(api.id), basePath: stage.stageName },
        extensions: new Set(asked) as ExportOptions["extensions"],
      });
      const host = `${api.id}.execute-api.${region}.amazonaws.com`;
      const document =
        exportType === "swagger" ? toSwagger(exported, { host, basePath: `/${stage.stageName}` }) : exported;
      const json = contentType === "application/json";
      return {
        contentType: "application/octet-stream",
        contentDisposition: `attachment; filename="${exportType}_${version}.${json ? "json" : "yaml"}"`,
        body: Buffer.from(json ? JSON.stringify(document, null, 2) : (await import("yaml")).stringify(document)),
      };
    },
  };
}
