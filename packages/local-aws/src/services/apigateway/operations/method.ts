/** The context of operations on methods, and checks of a method. */
import type { Api, Definition, Integration, Method } from "../model.ts";
import { badRequest } from "../records.ts";

const AUTHORIZATIONS = new Set(["NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"]);

/** The context of an operation on a method. */
export interface Found {
  api: Api;
  method: Method;
  integration(): Integration;
}

/** What a method refers to must exist. */
export function checkMethod(definition: Definition, method: Method): void {
  if (!AUTHORIZATIONS.has(method.authorizationType)) {
    throw badRequest(
      "Invalid authorization type specified. Valid options are NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS",
    );
  }
  const needsAuthorizer = method.authorizationType === "CUSTOM" || method.authorizationType === "COGNITO_USER_POOLS";
  if (needsAuthorizer && !definition.authorizers[method.authorizerId ?? ""]) {
    throw badRequest(
      "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.",
    );
  }
  if (method.requestValidatorId && !definition.requestValidators[method.requestValidatorId]) {
    throw badRequest("Invalid Request Validator identifier specified");
  }
  for (const model of Object.values(method.requestModels ?? {})) {
    if (!definition.models[model]) throw badRequest(`Invalid model identifier specified: ${model}`);
  }
  const names = Object.keys(method.requestParameters ?? {}).map((parameter) => parameter.split(".").slice(3).join("."));
  if (new Set(names).size < names.length) {
    throw badRequest("Parameter names must be unique across querystring, header and path");
  }
  for (const name of Object.keys(method.requestParameters ?? {})) {
    if (!/^method\.request\.(path|querystring|multivaluequerystring|header|multivalueheader)\.[^\s]+$/.test(name)) {
      throw badRequest(
        `Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: ${name}]`,
      );
    }
  }
}
