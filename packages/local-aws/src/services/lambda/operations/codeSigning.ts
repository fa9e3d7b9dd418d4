/**
 * Code signing: whose code a function accepts. There is no AWS Signer here, so no code is signed: a configuration that
 * enforces signatures refuses all code. https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html
 */
import { randomBytes } from "node:crypto";
import type {
  CodeSigningConfig,
  CreateCodeSigningConfigRequest,
  DeleteCodeSigningConfigRequest,
  ListCodeSigningConfigsRequest,
  ListFunctionsByCodeSigningConfigRequest,
  PutFunctionCodeSigningConfigRequest,
  UpdateCodeSigningConfigRequest,
} from "@aws-sdk/client-lambda";
import type { Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import { now } from "../configuration.ts";
import type { Lambda } from "../context.ts";
import { conflict } from "../errors.ts";
import { functionReference } from "../names.ts";
import type { CodeSigningRecord } from "../records.ts";
import { listed } from "./paging.ts";
import { checkedTags } from "./tags.ts";

export function codeSigningOperations({ registry, arns }: Lambda): Operations<"lambda"> {
  const { codeSigning } = registry;
  const on = (action: string) => (input: { CodeSigningConfigArn?: string }) => [
    { action: `lambda:${action}`, resource: input.CodeSigningConfigArn as string },
  ];
  const onFunction = (action: string) => (input: { FunctionName?: string }) => [
    { action: `lambda:${action}`, resource: arns.function(functionReference(input.FunctionName as string).name) },
  ];
  const existing = (arn = ""): CodeSigningRecord => {
    const found = codeSigning.get(arn);
    if (found) return found;
    throw new AwsError(
      "ResourceNotFoundException",
      `The Lambda code signing configuration ${arn} can not be found.`,
      404,
    );
  };
  const usersOf = (arn: string) => registry.functions.values().filter((one) => one.codeSigning === arn);
  const record = (input: { FunctionName?: string }) =>
    registry.function(functionReference(input.FunctionName as string).name);
  const shown = ({ tags: _, ...config }: CodeSigningRecord) => ({ CodeSigningConfig: config });

  return {
    CreateCodeSigningConfig: {
      access: () => [{ action: "lambda:CreateCodeSigningConfig", resource: "*" }],
      run(input: CreateCodeSigningConfigRequest) {
        const id = `csc-${randomBytes(9).toString("hex").slice(0, 17)}`;
        const config: CodeSigningRecord = {
          CodeSigningConfigId: id,
          CodeSigningConfigArn: arns.codeSigningConfig(id),
          ...(input.Description !== undefined && { Description: input.Description }),
          AllowedPublishers: input.AllowedPublishers,
          CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Warn", ...input.CodeSigningPolicies },
          LastModified: now(),
          tags: checkedTags({}, input.Tags ?? {}),
        };
        codeSigning.put(config.CodeSigningConfigArn as string, config);
        return shown(config);
      },
    },
    GetCodeSigningConfig: {
      access: on("GetCodeSigningConfig"),
      run: ({ CodeSigningConfigArn }) => shown(existing(CodeSigningConfigArn)),
    },
    UpdateCodeSigningConfig: {
      access: on("UpdateCodeSigningConfig"),
      run({ CodeSigningConfigArn = "", ...changes }: UpdateCodeSigningConfigRequest) {
        const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
        const config = { ...existing(CodeSigningConfigArn), ...given, LastModified: now() };
        codeSigning.put(CodeSigningConfigArn, config);
        return shown(config);
      },
    },
    DeleteCodeSigningConfig: {
      access: on("DeleteCodeSigningConfig"),
      run({ CodeSigningConfigArn = "" }: DeleteCodeSigningConfigRequest) {
        existing(CodeSigningConfigArn);
        if (usersOf(CodeSigningConfigArn).length > 0)
          throw conflict(
            `Code signing configuration ${CodeSigningConfigArn} is in use by functions. Remove it from them first.`,
          );
        codeSigning.delete(CodeSigningConfigArn);
        return {};
      },
    },
    ListCodeSigningConfigs: {
      access: () => [{ action: "lambda:ListCodeSigningConfigs", resource: "*" }],
      run(input: ListCodeSigningConfigsRequest) {
        const { items, ...rest } = listed(
          codeSigning.values(),
          input,
          ({ CodeSigningConfigArn = "" }) => CodeSigningConfigArn,
        );
        return { CodeSigningConfigs: items.map((one): CodeSigningConfig => shown(one).CodeSigningConfig), ...rest };
      },
    },
    ListFunctionsByCodeSigningConfig: {
      access: on("ListFunctionsByCodeSigningConfig"),
      run({ CodeSigningConfigArn = "", ...paging }: ListFunctionsByCodeSigningConfigRequest) {
        existing(CodeSigningConfigArn);
        const { items, ...rest } = listed(usersOf(CodeSigningConfigArn), paging, ({ arn }) => arn);
        return { FunctionArns: items.map(({ arn }) => arn), ...rest };
      },
    },
    GetFunctionCodeSigningConfig: {
      access: onFunction("GetFunctionCodeSigningConfig"),
      run(input) {
        const { name, codeSigning: CodeSigningConfigArn } = record(input);
        // AWS says nothing of a function without one, though its model says that both are there.
        return (CodeSigningConfigArn ? { CodeSigningConfigArn, FunctionName: name } : {}) as {
          CodeSigningConfigArn: string;
          FunctionName: string;
        };
      },
    },
    PutFunctionCodeSigningConfig: {
      access: (input) => [
        ...onFunction("PutFunctionCodeSigningConfig")(input),
        ...on("PutFunctionCodeSigningConfig")(input),
      ],
      run(input: PutFunctionCodeSigningConfigRequest) {
        const CodeSigningConfigArn = registry.codeSigningConfig(input.CodeSigningConfigArn).CodeSigningConfigArn;
        const { name, ...rest } = record(input as { FunctionName?: string });
        registry.functions.put(name, { ...rest, name, codeSigning: CodeSigningConfigArn as string });
        return { CodeSigningConfigArn, FunctionName: name };
      },
    },
    DeleteFunctionCodeSigningConfig: {
      access: onFunction("DeleteFunctionCodeSigningConfig"),
      run(input) {
        const { codeSigning: _, ...rest } = record(input);
        registry.functions.put(rest.name, rest);
        return {};
      },
    },
  };
}

/** @throws AwsError where signatures are enforced, as no code here is signed. */
export function checkSignature({ registry }: Pick<Lambda, "registry">, codeSigning: string | undefined): void {
  if (!codeSigning) return;
  const { CodeSigningPolicies } = registry.codeSigningConfig(codeSigning);
  if (CodeSigningPolicies?.UntrustedArtifactOnDeployment !== "Enforce") return;
  throw new AwsError(
    "CodeVerificationFailedException",
    "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for unsigned.",
    400,
    { Type: "User" },
  );
}
