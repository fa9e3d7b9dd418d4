import { setTimeout as sleep } from "node:timers/promises";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { startCloud } from "local-aws/testing";
import { handler as change } from "../../../handlers/notebooks/change.ts";
import { handler as observe } from "../../../handlers/notebooks/observe.ts";
import { handler as read } from "../../../handlers/notebooks/read.ts";
import type { NotebookSettings } from "../../../handlers/notebooks/settings.ts";
import { clientEnvironment, createItemTable, setEnvironment } from "../support/environment.ts";
import { answer, context, proxyEvent } from "../support/proxyEvent.ts";

export const prefix = "dsp-test";

export const notebooks: NotebookSettings = {
  instanceTypes: ["ml.t3.medium", "ml.m5.xlarge"],
  maximumVolumeSize: 100,
  idleMinutes: 60,
  rootAccess: false,
  directInternet: true,
  cluster: {
    livyUrl: "https://00f1.livy.emr-serverless-services.eu-west-1.amazonaws.com",
    executionRoleArn: "arn:aws:iam::000000000000:role/jobs",
  },
  tags: { stack: "test" },
};

// biome-ignore lint/suspicious/noExplicitAny: bodies of every route
type Body = any;

interface Options {
  id?: string;
  body?: unknown;
  headers?: Record<string, string>;
  query?: Record<string, string>;
}

/** A request to the API, as the function of its route gets it. */
export function requested(method: string, resource: string, { id, body, headers, query }: Options = {}) {
  return proxyEvent(method, resource.replace("{id}", id ?? ""), {
    resource,
    pathParameters: id === undefined ? null : { id },
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    headers: headers ?? {},
    queryStringParameters: query ?? null,
  } as Partial<APIGatewayProxyEvent>);
}

/** What a request to the API is answered. */
export const call = (
  method: string,
  resource: string,
  options?: Options,
): Promise<{ statusCode: number; headers: Record<string, unknown>; body: Body }> =>
  answer(method === "GET" ? read : change, requested(method, resource, options));

/** What SageMaker's event makes of the item. */
export const hear = (id: string, name = `${prefix}-${id}`) =>
  observe({ detail: { NotebookInstanceName: name } }, context);

/** A notebook's status when nothing changes any more, events included; undefined when it is gone. */
export async function settled(id: string): Promise<string | undefined> {
  for (;;) {
    await hear(id);
    const { statusCode, body } = await call("GET", "/notebooks/{id}", { id });
    if (statusCode === 404) return undefined;
    const isMoving = /^(Initiated|Pending|Stopping|Updating|Deleting)$/.test(body.Nb_status) || body.DeleteRequested;
    if (!isMoving) return body.Nb_status;
    await sleep(10);
  }
}

/** A local cloud with the notebooks' table and role, and the functions' environment. */
export async function startNotebooks() {
  const cloud = await startCloud({ region: "eu-west-1" });
  await createItemTable(cloud, "notebooks", ["NotebookId"]);
  const { roleArn } = await cloud.mintRole([], { trust: "sagemaker.amazonaws.com" });
  const restore = setEnvironment({
    ...clientEnvironment(cloud),
    NOTEBOOKS_TABLE: "notebooks",
    NAME_PREFIX: prefix,
    NOTEBOOK_ROLE_ARN: roleArn,
    NOTEBOOKS: JSON.stringify(notebooks),
  });
  return {
    cloud,
    sagemaker: cloud.client(SageMakerClient),
    async stop() {
      restore();
      await cloud.stop();
    },
  };
}

export type TestNotebooks = Awaited<ReturnType<typeof startNotebooks>>;
