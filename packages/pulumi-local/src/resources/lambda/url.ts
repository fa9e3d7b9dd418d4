/** Addresses of functions, and which code they may have. */
import type { CodeSigningConfig, GetFunctionUrlConfigResponse } from "@aws-sdk/client-lambda";
import type { AwsError, Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import { described, fromAws, toAws } from "../described.ts";
import type { ResourceType } from "../resourceType.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/lambda/${page}/`;

type Call = <Answer = unknown>(operation: string, input: object) => Promise<Answer>;

/** `FunctionUrl` and `CodeSigningConfig`. */
export function urlTypes(cloud: Cloud): ResourceType[] {
  const call: Call = (operation, input) => cloud.call("lambda", operation, input);
  return [functionUrl(call), codeSigning(call)];
}

function functionUrl(call: Call): ResourceType {
  const named = (id: string) => {
    const [FunctionName, Qualifier] = id.split("/");
    return { FunctionName, Qualifier };
  };
  const settings = ({ authorizationType: AuthType, cors, invokeMode: InvokeMode }: Properties) => ({
    ...{ AuthType, InvokeMode },
    Cors: toAws(cors ?? {}),
  });
  return described({
    type: "aws:lambda/functionUrl:FunctionUrl",
    docs: docs("functionurl"),
    required: ["authorizationType", "functionName"],
    properties: ["functionName", "qualifier", "authorizationType", "cors", "invokeMode"],
    enums: { authorizationType: ["AWS_IAM", "NONE"], invokeMode: ["BUFFERED", "RESPONSE_STREAM"] },
    defaults: { invokeMode: "BUFFERED" },
    replaces: ["functionName", "qualifier"],
    async make(inputs) {
      const { functionName: FunctionName, qualifier: Qualifier } = inputs;
      await call("CreateFunctionUrlConfig", { FunctionName, Qualifier, ...settings(inputs) });
      return [FunctionName, Qualifier].filter(Boolean).join("/");
    },
    async settle(id, before, after) {
      if (before.functionName !== undefined) {
        await call("UpdateFunctionUrlConfig", { ...named(id), ...settings(after) });
      }
      if (after.authorizationType !== "NONE" || before.authorizationType === "NONE") return;
      // As the provider does it: one that asks nobody's name lets everybody in.
      const permission = {
        ...named(id),
        StatementId: "FunctionURLAllowPublicAccess",
        Action: "lambda:InvokeFunctionUrl",
        Principal: "*",
        FunctionUrlAuthType: "NONE",
      };
      await call("AddPermission", permission).catch((error: Partial<AwsError>) => {
        if (error.code !== "ResourceConflictException") throw error;
      });
    },
    async describe(id) {
      const found = await call<GetFunctionUrlConfigResponse>("GetFunctionUrlConfig", named(id));
      return {
        authorizationType: found.AuthType,
        ...(Object.keys(found.Cors ?? {}).length > 0 && { cors: fromAws(found.Cors) }),
        functionName: named(id).FunctionName,
        qualifier: named(id).Qualifier,
        functionArn: found.FunctionArn,
        functionUrl: found.FunctionUrl,
        invokeMode: found.InvokeMode,
        urlId: new URL(String(found.FunctionUrl)).hostname.split(".")[0],
      };
    },
    remove: (id) => call("DeleteFunctionUrlConfig", named(id)),
  });
}

function codeSigning(call: Call): ResourceType {
  const special = { signingProfileVersionArns: "SigningProfileVersionArns" };
  const request = ({ allowedPublishers, policies, description }: Properties) => ({
    AllowedPublishers: toAws(allowedPublishers, special),
    CodeSigningPolicies: policies === undefined ? undefined : toAws(policies),
    Description: description ?? "",
  });
  return described({
    type: "aws:lambda/codeSigningConfig:CodeSigningConfig",
    docs: docs("codesigningconfig"),
    required: ["allowedPublishers"],
    properties: ["allowedPublishers", "description", "policies"],
    enums: { "policies.untrustedArtifactOnDeployment": ["Warn", "Enforce"] },
    replaces: [],
    taggable: true,
    async make(inputs) {
      type Answer = { CodeSigningConfig: CodeSigningConfig };
      const input = { ...request(inputs), Tags: inputs.tagsAll };
      return String((await call<Answer>("CreateCodeSigningConfig", input)).CodeSigningConfig.CodeSigningConfigArn);
    },
    async settle(CodeSigningConfigArn, before, after) {
      if (before.allowedPublishers === undefined) return;
      await call("UpdateCodeSigningConfig", { CodeSigningConfigArn, ...request(after) });
    },
    async retag(Resource, { put: Tags, remove: TagKeys }) {
      if (TagKeys.length > 0) await call("UntagResource", { Resource, TagKeys });
      if (Object.keys(Tags).length > 0) await call("TagResource", { Resource, Tags });
    },
    async describe(CodeSigningConfigArn) {
      type Answer = { CodeSigningConfig: CodeSigningConfig };
      const { CodeSigningConfig: found } = await call<Answer>("GetCodeSigningConfig", { CodeSigningConfigArn });
      const { Tags } = await call<{ Tags?: Properties }>("ListTags", { Resource: CodeSigningConfigArn });
      return {
        allowedPublishers: fromAws(found.AllowedPublishers),
        arn: found.CodeSigningConfigArn,
        configId: found.CodeSigningConfigId,
        description: found.Description ?? "",
        lastModified: found.LastModified,
        policies: fromAws(found.CodeSigningPolicies),
        tagsAll: Tags ?? {},
      };
    },
    remove: (CodeSigningConfigArn) => call("DeleteCodeSigningConfig", { CodeSigningConfigArn }),
  });
}
