import type { ApiAuth, RouteArgs } from "../api/args.ts";
import type { CodeFunction } from "../codeFunction.ts";
import { errors, idempotencyKey, ifMatch, page, paging } from "../openapi/answers.ts";
import type { JsonSchema } from "../openapi/jsonSchema.ts";
import type { RouteKey } from "../openapi/route.ts";
import type { NotebookFunction } from "./args.ts";

/** What users may say, and say again while a notebook is stopped. */
const changeable: Record<string, JsonSchema> = {
  InstanceType: { type: "string", description: "A machine of SageMaker that the stack's configuration lists" },
  VolumeSize: { type: "integer", minimum: 5, description: "GB; 5 without it, and never less than before" },
  RootAccess: { type: "boolean", description: "Whether its user is root on the instance" },
  IdleMinutes: {
    type: "integer",
    ...{ minimum: 30, maximum: 10_080 },
    description: "Minutes without activity after which it is stopped",
  },
  ClusterBacked: { type: "boolean", description: "Whether its kernels run on the Spark application" },
};

/** What users may leave out, and take away by null. */
const optional: Record<string, JsonSchema> = {
  Repository: { type: "string", description: "https URL of a repository that is cloned as the notebook starts" },
  Requirements: {
    type: "array",
    items: { type: "string" },
    maxItems: 50,
    description: "Packages that pip installs as the notebook starts",
  },
  Lifecycle: { type: "string", maxLength: 4_096, description: "Shell commands that run as the notebook starts" },
};

const name = { type: "string", pattern: "^[A-Za-z0-9](-*[A-Za-z0-9])*$", maxLength: 32 };

const creation: JsonSchema = {
  type: "object",
  required: ["Name"],
  properties: { Name: name, DirectInternetAccess: { type: "boolean" }, ...changeable, ...optional },
};

const change: JsonSchema = {
  type: "object",
  minProperties: 1,
  // API Gateway's schemas know no null beside a type.
  properties: { ...changeable, Repository: {}, Requirements: {}, Lifecycle: {} },
};

const item: JsonSchema = {
  type: "object",
  required: ["NotebookId", "Name", "InstanceType", "VolumeSize", "Timestamp", "Nb_status"],
  properties: {
    NotebookId: { type: "string", description: "The name in lower case" },
    Name: name,
    ...changeable,
    ...optional,
    DirectInternetAccess: { type: "boolean" },
    Timestamp: { type: "string", description: "When it was made: ISO 8601, UTC" },
    Nb_status: {
      type: "string",
      description: "Initiated, then SageMaker's: Pending, InService, Stopping, Stopped, Updating, Deleting or Failed",
    },
    FailureReason: { type: "string" },
    StopsAt: { type: "string", description: "When it is going to be stopped as idle, unless it is used before" },
    DeleteRequested: { type: "string", description: "When somebody has asked for its end" },
    Url: { type: "string", description: "Opens it, once, while it is InService" },
    UrlExpires: { type: "string" },
  },
};

const notebook = (description: string) => ({ description, model: { name: "Notebook", schema: item } });
const accepted = notebook("On its way; the item says when it is there");

/** The routes of notebooks, for an API of any name. */
export function notebookRoutes(functions: Record<NotebookFunction, CodeFunction>, auth: ApiAuth) {
  const { read, change: write } = functions;
  const route = (target: CodeFunction, args: Omit<RouteArgs, "function">): RouteArgs =>
    // The function itself refuses a bad body: its message names the field, the gateway's would not.
    ({ function: target, auth, validated: false, ...args }) as RouteArgs;
  return {
    "GET /notebooks": route(read, {
      summary: "List notebooks",
      optionalParameters: paging,
      responses: { 200: page("Notebook", item), ...errors(400) },
    }),
    "POST /notebooks": route(write, {
      summary: "Make a notebook",
      requestModel: creation,
      optionalParameters: idempotencyKey,
      responses: {
        200: notebook("The same request made it before"),
        201: notebook("Made; it starts"),
        ...errors(400, 409, 413, 422),
      },
    }),
    "GET /notebooks/{id}": route(read, {
      summary: "Get a notebook, and a URL that opens it for five minutes",
      responses: { 200: notebook("The notebook"), ...errors(404) },
    }),
    "PATCH /notebooks/{id}": route(write, {
      summary: "Change a notebook that is stopped",
      requestModel: change,
      optionalParameters: ifMatch,
      responses: { 200: notebook("Changed"), ...errors(400, 404, 409, 412, 413) },
    }),
    "DELETE /notebooks/{id}": route(write, {
      summary: "Stop and delete a notebook, with its volume",
      optionalParameters: ifMatch,
      responses: { 202: accepted, 204: { description: "Gone" }, ...errors(404, 412) },
    }),
    "POST /notebooks/{id}/start": route(write, {
      summary: "Start a notebook",
      requestModel: "none",
      responses: { 202: accepted, ...errors(404, 409) },
    }),
    "POST /notebooks/{id}/stop": route(write, {
      summary: "Stop a notebook; its volume stays",
      requestModel: "none",
      responses: { 202: accepted, ...errors(404, 409) },
    }),
  } satisfies Partial<Record<RouteKey, RouteArgs>>;
}
