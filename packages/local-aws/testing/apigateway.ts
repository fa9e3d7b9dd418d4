import { randomUUID } from "node:crypto";
import type { OpenCloud as Cloud, Service } from "../src/service.ts";
import type { ServiceMap } from "../src/serviceMap.ts";
import { startCloud, type TestCloud } from "./cloud.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests read events freely
export type Handler = (event: any, context: { functionArn: string; requestId?: string }) => unknown;

export interface ApiTest extends TestCloud {
  /** The fake Lambda: handlers by function name, until the next `functions` call. */
  functions: Record<string, Handler>;
  /** Imports a document, deploys it and returns the URL of its stage. */
  deploy(document: object, options?: { stageName?: string; variables?: Record<string, string> }): Promise<Deployed>;
}

export interface Deployed {
  apiId: string;
  /** `http://localhost:PORT/_aws/execute-api/API/STAGE` */
  url: string;
  stageName: string;
}

const account = "000000000000";
export const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${account}:function:${name}`;

/** Integration of an operation with the function of that name. */
export const proxy = (name: string, more: object = {}) => ({
  "x-amazon-apigateway-integration": {
    type: "aws_proxy",
    httpMethod: "POST",
    uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn(name)}/invocations`,
    ...more,
  },
});

export const openApi = (paths: object, more: object = {}) => ({
  openapi: "3.0.1",
  info: { title: "test", version: "1" },
  paths,
  ...more,
});

/**
 * The local cloud with a Lambda whose functions are plain handlers of the test. Like the real one, it lets the gateway
 * call a function only where the function's policy (here: every function but `forbidden`) allows it.
 */
export async function startApiTest(): Promise<ApiTest> {
  const functions: Record<string, Handler> = {};
  const started = await startCloud();
  const services = started.services as ServiceMap;
  const real = services.get("lambda") as Service;
  // The service that it replaces has started, and is stopped in its place.
  services.set("lambda", { ...fakeLambda(functions), stop: async () => real.stop?.() });
  const { cloud } = started;
  return {
    ...started,
    functions,
    deploy: (document, options) => deployApi(cloud, document, options),
  };
}

/** Imports a document and deploys it. */
export async function deployApi(
  cloud: Cloud,
  document: object,
  { stageName = "dev", variables }: { stageName?: string; variables?: Record<string, string> } = {},
): Promise<Deployed> {
  const body = Buffer.from(JSON.stringify(document));
  const { id } = await cloud.call<{ id: string }>("apigateway", "ImportRestApi", { body });
  await redeploy(cloud, id, stageName, variables);
  return { apiId: id, stageName, url: `${cloud.apiOrigin}/_aws/execute-api/${id}/${stageName}` };
}

export async function redeploy(cloud: Cloud, restApiId: string, stageName: string, variables?: Record<string, string>) {
  return cloud.call<{ id: string }>("apigateway", "CreateDeployment", { restApiId, stageName, variables });
}

interface FakeInput {
  FunctionName: string;
  Payload: Uint8Array;
  RequestId?: string;
}

function fakeLambda(functions: Record<string, Handler>): Service {
  return {
    name: "lambda",
    operations: {
      Invoke: {
        access: ({ FunctionName }: { FunctionName: string }) => [
          {
            action: "lambda:InvokeFunction",
            resource: FunctionName,
            resourcePolicy: {
              Version: "2012-10-17",
              Statement: FunctionName.includes(":forbidden")
                ? []
                : [
                    {
                      Effect: "Allow",
                      Principal: { Service: "apigateway.amazonaws.com" },
                      Action: "lambda:InvokeFunction",
                      Resource: FunctionName,
                      Condition: { ArnLike: { "aws:SourceArn": `arn:aws:execute-api:us-east-1:${account}:*` } },
                    },
                  ],
            },
          },
        ],
        async run({ FunctionName, Payload, RequestId }: FakeInput) {
          const name = FunctionName.split(":")[6] as string;
          const handler = functions[name];
          if (!handler) throw new Error(`no function ${name}`);
          try {
            const context = { functionArn: FunctionName, ...(RequestId !== undefined && { requestId: RequestId }) };
            const result = await handler(JSON.parse(Buffer.from(Payload).toString()), context);
            const text = typeof result === "string" ? result : JSON.stringify(result ?? null);
            return { StatusCode: 200, Payload: Buffer.from(text) };
          } catch (error) {
            const { name: errorType, message: errorMessage } = error as Error;
            const payload = JSON.stringify({ errorType, errorMessage, requestId: randomUUID() });
            return { StatusCode: 200, FunctionError: "Unhandled", Payload: Buffer.from(payload) };
          }
        },
      },
    },
  };
}

/** A statement about calling an API. */
export const invokeStatement = (effect: string, resource: unknown, more: object = {}) => ({
  Effect: effect,
  Action: "execute-api:Invoke",
  Resource: resource,
  ...more,
});

/** Asserts the service's refusal. */
export const badRequest = (message: RegExp) => ({ name: "BadRequestException", message });

/** A document of two operations. */
export const twoOperations = openApi({
  "/a": { get: { operationId: "getA", ...proxy("f") } },
  "/b/{id}": { post: proxy("f") },
});
