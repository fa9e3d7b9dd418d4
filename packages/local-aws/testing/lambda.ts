import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { LambdaOptions } from "../src/services/lambda/index.ts";
import type { CloudOptions } from "../src/services.ts";
import { startCloud, type TestCloud } from "./cloud.ts";

/** A zip file of these texts by path; one that begins with `#!` is executable. */
export const zip = (files: Record<string, string>): Uint8Array =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [
        path,
        text.startsWith("#!") ? [strToU8(text), { os: 3, attrs: 0o100755 << 16 }] : strToU8(text),
      ]),
    ),
  );

export const logAccess = {
  Effect: "Allow",
  Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: "*",
};

export interface Functions {
  test: TestCloud;
  lambda: LambdaClient;
  /** Creates a function whose `index.mjs` is that text. */
  create(name: string, code: string, settings?: Partial<CreateFunctionCommandInput>): Promise<void>;
  /** Invokes it and reads the answer. */
  invoke(
    name: string,
    event?: unknown,
    settings?: object,
  ): Promise<{ value: unknown; error?: string; version?: string; log: string }>;
}

/** @param options of the Lambda service, e.g. shorter waits. */
export async function startFunctions(
  options: LambdaOptions = {},
  settings: Partial<CloudOptions> = {},
): Promise<Functions> {
  const test = await startCloud({ lambda: options, ...settings });
  const lambda = test.client(LambdaClient);
  const { roleArn } = await test.mintRole([logAccess], { source: "arn:aws:lambda:us-east-1:000000000000:function:*" });
  return {
    test,
    lambda,
    async create(name, code, settings = {}) {
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Runtime: "nodejs24.x",
          Handler: "index.handler",
          Role: roleArn,
          Code: { ZipFile: zip({ "index.mjs": code }) },
          ...settings,
        }),
      );
    },
    async invoke(name, event, settings = {}) {
      const Payload = event === undefined ? undefined : Buffer.from(JSON.stringify(event));
      const answer = await lambda.send(
        new InvokeCommand({ FunctionName: name, Payload, LogType: "Tail", ...settings }),
      );
      const text = Buffer.from(answer.Payload ?? []).toString();
      return {
        value: text ? JSON.parse(text) : undefined,
        error: answer.FunctionError,
        version: answer.ExecutedVersion,
        log: Buffer.from(answer.LogResult ?? "", "base64").toString(),
      };
    },
  };
}
