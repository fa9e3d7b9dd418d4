import { each, type Reasons } from "./reasons.ts";

/** Of routes and the APIs that they are of. */
export const apis: Readonly<Record<string, Reasons>> = {
  "aws:apigateway/deployment:Deployment": each("apigateway", { POST: "makes it", DELETE: "deletes it" }),
  "aws:apigateway/methodSettings:MethodSettings": each("apigateway", { PATCH: "sets throttles and logs of routes" }),
  "aws:apigateway/restApi:RestApi": each("apigateway", {
    POST: "makes it",
    PUT: "imports its OpenAPI document; tags it",
    PATCH: "changes its settings",
    DELETE: "deletes it",
    UpdateRestApiPolicy: "sets its resource policy",
  }),
  "aws:apigateway/stage:Stage": each("apigateway", {
    POST: "makes it",
    PATCH: "points it at a deployment",
    DELETE: "deletes it",
  }),
};
