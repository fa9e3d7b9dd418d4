import type { GatewayResponseType, PatchOperation } from "@aws-sdk/client-api-gateway";
import { parseJson } from "../../../jsonText.ts";
import { type GivenAuthorizer, readAuthorizer } from "../definition/authorizer.ts";
import { DEFAULT_TEMPLATE, GATEWAY_RESPONSE_STATUS, readGatewayResponse } from "../definition/gatewayResponse.ts";
import { checkModelName, references, referredModel } from "../definition/models.ts";
import { checkSchemas } from "../definition/schemas.ts";
import type { Api, Authorizer, Definition, GatewayResponse, Method, Model, RequestValidator } from "../model.ts";
import { applyPatch, entry, member, naming, only, type PatchRule, type PatchRules, property } from "../patch.ts";
import { badRequest, conflict, newId, notFound, pageOf, type Records } from "../records.ts";
import type { Handlers } from "./handlers.ts";

interface Of {
  restApiId: string;
  patchOperations?: PatchOperation[];
}
interface Page extends Of {
  position?: string;
  limit?: number;
}

/** The method whose body a model describes, as `PATH/METHOD`; the last one made comes first. */
function userOf({ resources }: Definition, model: string): string | undefined {
  const users = Object.values(resources).flatMap(({ path, resourceMethods }) =>
    Object.values(resourceMethods)
      .filter(({ requestModels = {} }) => Object.values(requestModels).includes(model))
      .map(({ httpMethod }) => `${path}/${httpMethod}`),
  );
  return users.sort((a, b) => b.length - a.length)[0];
}

const methodsOf = (definition: Definition): Method[] =>
  Object.values(definition.resources).flatMap(({ resourceMethods }) => Object.values(resourceMethods));

/** The parts of an API that its methods refer to: request validators, authorizers, models, gateway responses. */
export function partOperations(records: Records): Handlers {
  const save = <T>(api: Api, result: T): T => {
    records.apis.put(api.id, api);
    return result;
  };
  return {
    ...validatorOperations(records, save),
    ...authorizerOperations(records, save),
    ...modelOperations(records, save),
    ...gatewayResponseOperations(records, save),
  };
}

type Save = <T>(api: Api, result: T) => T;

function validatorOperations(records: Records, save: Save): Handlers {
  const apiOf = (id: string) => records.apiOf(id, "Invalid Request Validator identifier specified");
  const find = (api: Api, id: string): RequestValidator => {
    const found = api.definition.requestValidators[id];
    if (!found) throw notFound("Invalid Request Validator identifier specified");
    return found;
  };
  return {
    CreateRequestValidator(input) {
      const api = records.apiOf(input.restApiId, badRequest("Invalid REST API identifier specified"));
      const { name, validateRequestBody = false, validateRequestParameters = false } = input;
      if (!name) throw badRequest("Request validator name must be specified");
      const id = newId(6);
      const validator = { id, name, validateRequestBody, validateRequestParameters };
      api.definition.requestValidators[id] = validator;
      return save(api, validator);
    },
    GetRequestValidator: (input: Of & { requestValidatorId: string }) =>
      find(apiOf(input.restApiId), input.requestValidatorId),
    GetRequestValidators: (input: Page) =>
      pageOf(Object.values(records.api(input.restApiId).definition.requestValidators), input, ({ id }) => id),
    UpdateRequestValidator(input: Of & { requestValidatorId: string }) {
      const api = apiOf(input.restApiId);
      const validator = applyPatch(
        find(api, input.requestValidatorId),
        input.patchOperations,
        {
          "/name": only(["replace"], (target, { value }) => {
            if (!value) throw badRequest("Request Validator name cannot be blank");
            target.name = value;
          }),
          "/validateRequestBody": only(["replace"], property("validateRequestBody", "boolean")),
          "/validateRequestParameters": only(["replace"], property("validateRequestParameters", "boolean")),
        },
        naming,
      );
      return save(api, validator);
    },
    DeleteRequestValidator(input: Of & { requestValidatorId: string }) {
      const api = apiOf(input.restApiId);
      const { id } = find(api, input.requestValidatorId);
      if (methodsOf(api.definition).some(({ requestValidatorId }) => requestValidatorId === id)) {
        throw conflict(`Cannot delete request validator '${id}', it is referenced in a method`);
      }
      delete api.definition.requestValidators[id];
      return save(api, {});
    },
  };
}

function authorizerOperations(records: Records, save: Save): Handlers {
  const apiOf = (id: string) => records.apiOf(id, "Invalid Authorizer identifier specified");
  const find = (api: Api, id: string): Authorizer => {
    const found = api.definition.authorizers[id];
    if (!found) throw notFound("Invalid Authorizer identifier specified");
    return found;
  };
  return {
    CreateAuthorizer(input) {
      const busy = "Unable to complete operation due to concurrent modification. Please try again later.";
      const api = records.apiOf(input.restApiId, conflict(busy));
      if (Object.values(api.definition.authorizers).some(({ name }) => name === input.name)) {
        throw badRequest(`Authorizer name must be unique. Authorizer ${input.name} already exists in this RestApi.`);
      }
      const authorizer = readAuthorizer(input as GivenAuthorizer, input.name);
      api.definition.authorizers[authorizer.id] = authorizer;
      return save(api, authorizer);
    },
    GetAuthorizer: (input: Of & { authorizerId: string }) => find(apiOf(input.restApiId), input.authorizerId),
    GetAuthorizers: (input: Page) =>
      pageOf(Object.values(records.api(input.restApiId).definition.authorizers), input, ({ id }) => id),
    UpdateAuthorizer(input: Of & { authorizerId: string }) {
      const api = apiOf(input.restApiId);
      const old = find(api, input.authorizerId);
      const patched = applyPatch({ ...old }, input.patchOperations, {
        "/name": property("name"),
        "/type": property("type"),
        "/authorizerUri": property("authorizerUri"),
        "/authorizerCredentials": property("authorizerCredentials"),
        "/identitySource": property("identitySource"),
        "/identityValidationExpression": property("identityValidationExpression"),
        "/authorizerResultTtlInSeconds": property("authorizerResultTtlInSeconds", "number"),
        "/authType": property("authType"),
        "/providerARNs": member("providerARNs"),
        "/providerARNs/*": member("providerARNs"),
      });
      const checked = { ...readAuthorizer(patched, patched.name), id: old.id };
      api.definition.authorizers[old.id] = checked;
      return save(api, checked);
    },
    DeleteAuthorizer(input: Of & { authorizerId: string }) {
      const api = apiOf(input.restApiId);
      const { id } = find(api, input.authorizerId);
      if (methodsOf(api.definition).some(({ authorizerId }) => authorizerId === id)) {
        throw conflict(`Cannot delete authorizer '${id}', is referenced in a method`);
      }
      delete api.definition.authorizers[id];
      return save(api, {});
    },
  };
}

function modelOperations(records: Records, save: Save): Handlers {
  const of = ({ restApiId, modelName }: Of & { modelName: string }) =>
    records.apiOf(restApiId, `Invalid model name specified: ${modelName}`);
  const find = (api: Api, name: string): Model => {
    const found = api.definition.models[name];
    if (!found) throw notFound(`Invalid model name specified: ${name}`);
    return found;
  };
  const check = (api: Api, { name, schema }: Model): void => {
    if (!name) throw badRequest("Model name must be non-empty");
    if (!schema) throw badRequest("Model schema must have at least 1 property or array items defined");
    checkModelName(name);
    let parsed: unknown;
    try {
      parsed = parseJson(schema);
    } catch {
      throw badRequest(
        "Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]",
      );
    }
    for (const ref of references(parsed)) {
      const model = referredModel(ref);
      if (model && !api.definition.models[model])
        throw badRequest(`Invalid model specified: model '${model}' does not exist`);
    }
  };
  return {
    CreateModel(input) {
      const api = records.api(input.restApiId);
      const { name, contentType, schema, description } = input;
      if (api.definition.models[name!]) throw conflict(`Model name already exists for this REST API`);
      const model: Model = {
        id: newId(6),
        name: name!,
        contentType: contentType!,
        schema: schema ?? "",
        ...(description && { description }),
      };
      check(api, model);
      api.definition.models = { ...api.definition.models, [model.name]: model };
      checkSchemas(api.definition, [model.name]);
      return save(api, model);
    },
    GetModel: (input: Of & { modelName: string }) => find(of(input), input.modelName),
    GetModels: (input: Page) =>
      pageOf(Object.values(records.api(input.restApiId).definition.models), input, ({ name }) => name),
    UpdateModel(input: Of & { modelName: string }) {
      const api = of(input);
      const rules: PatchRules<Model> = {
        "/description": only(["replace"], property("description")),
        "/schema": only(["replace"], property("schema")),
      };
      const model = applyPatch(find(api, input.modelName), input.patchOperations, rules, naming);
      check(api, model);
      checkSchemas(api.definition, [model.name]);
      return save(api, model);
    },
    DeleteModel(input: Of & { modelName: string }) {
      const api = of(input);
      const { name } = find(api, input.modelName);
      const user = userOf(api.definition, name);
      if (user) throw conflict(`Cannot delete model '${name}', is referenced in method request: ${user}`);
      const referring = Object.values(api.definition.models).find(
        (model) =>
          model.name !== name && references(parseJson(model.schema)).some((ref) => referredModel(ref) === name),
      );
      if (referring) throw conflict(`Cannot delete model '${name}', is referenced in model: ${referring.name}`);
      delete api.definition.models[name];
      return save(api, {});
    },
  };
}

/** An entry that must have a value. */
function valued(name: "responseParameters" | "responseTemplates", missing: string): PatchRule<GatewayResponse> {
  const change = entry<GatewayResponse>(name, missing);
  return (target, patch) => {
    if (patch.op !== "remove" && !patch.value) throw badRequest(`Invalid null or empty value in ${name}`);
    change(target, patch);
  };
}

function gatewayResponseOperations(records: Records, save: Save): Handlers {
  const describe = (api: Api, type: string) => {
    const own = api.definition.gatewayResponses[type];
    if (own) return { ...own, defaultResponse: false };
    if (!(type in GATEWAY_RESPONSE_STATUS)) throw notFound("Invalid gateway response type specified");
    const status = GATEWAY_RESPONSE_STATUS[type as keyof typeof GATEWAY_RESPONSE_STATUS];
    return {
      responseType: type as GatewayResponseType,
      ...(status !== null && { statusCode: String(status) }),
      responseParameters: {},
      responseTemplates: { "application/json": DEFAULT_TEMPLATE },
      defaultResponse: true,
    };
  };
  return {
    PutGatewayResponse(input) {
      const api = records.api(input.restApiId);
      const { responseType, statusCode, responseParameters, responseTemplates } = input;
      api.definition.gatewayResponses[responseType!] = readGatewayResponse(responseType!, {
        ...(statusCode !== undefined && { statusCode }),
        ...(responseParameters && { responseParameters }),
        ...(responseTemplates && { responseTemplates }),
      });
      return save(api, describe(api, responseType!));
    },
    GetGatewayResponse: (input: Of & { responseType: string }) =>
      describe(records.api(input.restApiId), input.responseType),
    GetGatewayResponses(input: Page) {
      const api = records.api(input.restApiId);
      return pageOf(
        Object.keys(GATEWAY_RESPONSE_STATUS).map((type) => describe(api, type)),
        input,
        ({ responseType }) => responseType,
      );
    },
    UpdateGatewayResponse(input: Of & { responseType: string }) {
      const api = records.api(input.restApiId);
      const { defaultResponse: _, ...current } = describe(api, input.responseType);
      const patched = applyPatch<GatewayResponse>(current, input.patchOperations, {
        "/statusCode": only(["replace"], property("statusCode")),
        "/responseParameters/*": valued("responseParameters", "Invalid parameter name specified"),
        "/responseTemplates/*": valued("responseTemplates", "Content-Type specified was not found"),
      });
      api.definition.gatewayResponses[input.responseType] = readGatewayResponse(input.responseType, patched);
      return save(api, describe(api, input.responseType));
    },
    DeleteGatewayResponse(input) {
      const api = records.api(input.restApiId);
      if (!api.definition.gatewayResponses[input.responseType])
        throw notFound("Gateway response type not defined on api");
      delete api.definition.gatewayResponses[input.responseType];
      return save(api, {});
    },
  };
}
