import { HttpRequest } from "@smithy/core/protocols";
import fc from "fast-check";
import type { Service } from "../../src/service.ts";
import { type OperationShape, shapesOf } from "../../src/wire/index.ts";
import type { Credentials, TestCloud } from "../../testing/cloud.ts";
import { sendRaw, signer } from "../support/wire.ts";
import { arbitraryOf, untyped } from "./values.ts";

interface Client {
  send(command: object, options: object): Promise<{ Body?: { transformToByteArray(): Promise<unknown> } }>;
  destroy(): void;
}

export interface Target {
  /** `lambda CreateFunction` */
  name: string;
  service: string;
  shape: OperationShape;
  /** Of the service's own SDK package; shared by the targets of a service. */
  client: Client;
  /** Whose they are. */
  credentials: Credentials;
  command: new (input: object) => object;
  protocol: string;
}

/** How long an answer may take before it counts as none: far beyond what any takes, on the slowest machine. */
const patience = 60_000;

/** Packages of services that read the wire themselves. */
const unread: Record<string, NonNullable<Service["shapes"]>[]> = {
  dynamodb: [() => import("@aws-sdk/client-dynamodb"), () => import("@aws-sdk/client-dynamodb-streams")],
};

/** Every operation that the local cloud has, as that caller asks for it. */
export async function targetsOf(test: TestCloud, credentials: Credentials): Promise<Target[]> {
  const targets: Target[] = [];
  for (const name of test.services.keys()) {
    const service = test.services.get(name) as Service;
    for (const shapes of service.shapes ? [service.shapes] : (unread[service.name] ?? [])) {
      const { operations, protocol } = (await shapesOf({ ...service, shapes }))!;
      const sdk = (await shapes()) as Record<string, new (input: object) => object>;
      const Client = Object.keys(sdk).find((name) => /^[A-Z]\w*Client$/.test(name)) as string;
      const client = test.client(sdk[Client] as never, { credentials }) as Client;
      for (const shape of operations.values()) {
        const command = sdk[`${shape.name}Command`];
        if (!command || !Object.hasOwn(service.operations, shape.name)) continue;
        targets.push({
          name: `${service.name} ${shape.name}`,
          service: service.name,
          shape,
          client,
          credentials,
          command,
          protocol,
        });
      }
    }
  }
  return targets;
}

/** What went wrong with the local cloud, if anything: that a request is refused is right. */
export async function attempt({ client, command: Command }: Target, input: object): Promise<string | undefined> {
  const abortSignal = AbortSignal.timeout(patience);
  try {
    const { Body } = await client.send(new Command(input), { abortSignal });
    await Body?.transformToByteArray?.();
    return undefined;
  } catch (error) {
    if (abortSignal.aborted) return "no answer";
    const { $metadata, code, message } = error as Error & { $metadata?: { httpStatusCode?: number }; code?: string };
    if (/ECONNREFUSED|ECONNRESET|EPIPE/.test(String(code))) return message;
    return faulty($metadata?.httpStatusCode);
  }
}

/** As {@link attempt}, with a body that no client would send. */
export async function attemptRaw(test: TestCloud, target: Target, body: string): Promise<string | undefined> {
  const { shape, service, protocol, credentials } = target;
  const { host } = new URL(test.origin);
  const [method, template] = shape.http ?? ["POST", "/"];
  const path = (template.split("?")[0] ?? "/").replace(/\{[^}]+\}/g, "fuzz");
  const json = protocol.startsWith("awsJson");
  const headers = {
    host,
    "content-type": types[protocol] ?? "application/json",
    ...(json && { "x-amz-target": `Any.${shape.name}` }),
  };
  const given = method === "GET" || method === "DELETE" ? "" : body;
  const signed = await signer(service, undefined, credentials).sign(
    new HttpRequest({ method, path, headers, body: given }),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), patience);
  });
  const answer = sendRaw(test.origin, { method, path, headers: signed.headers, body: given });
  const found = await Promise.race([answer.catch((error: Error) => error), late]);
  clearTimeout(timer);
  if (!found) return "no answer";
  return found instanceof Error ? found.message : faulty(found.status);
}

const types: Record<string, string> = {
  awsJson1_0: "application/x-amz-json-1.0",
  awsJson1_1: "application/x-amz-json-1.1",
  awsQuery: "application/x-www-form-urlencoded",
  ec2Query: "application/x-www-form-urlencoded",
  restXml: "application/xml",
};

/** 501 is what the local cloud says it does not have. */
const faulty = (status: number | undefined): string | undefined =>
  status !== undefined && status >= 500 && status !== 501 ? `${status}` : undefined;

/** One input for a target. @param seed the same again for the same. */
export const inputFor = ({ shape }: Target, known: readonly string[], seed: number): object =>
  fc.sample(arbitraryOf(shape.input, known), { seed, numRuns: 1 })[0] as object;

/** A body for a target: JSON of no shape, or a form of the query protocol. */
export function bodyFor({ shape, protocol }: Target, seed: number): string {
  const body = fc.sample(untyped(shape.input), { seed, numRuns: 1 })[0] as string;
  return protocol.endsWith("Query") ? `Action=${shape.name}&${formOf(body)}` : body;
}

/** `{"Tags": [{"Key": "a"}]}` as `Tags.member.1.Key=a`; what is no JSON as it is. */
function formOf(text: string): string {
  const pairs: string[] = [];
  const add = (path: string, value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || depth > 40)
      pairs.push(`${path}=${encodeURIComponent(String(value))}`);
    else if (Array.isArray(value)) value.forEach((one, at) => void add(`${path}.member.${at + 1}`, one, depth + 1));
    else for (const [name, one] of Object.entries(value)) add(path ? `${path}.${name}` : name, one, depth + 1);
  };
  try {
    add("", JSON.parse(text), 0);
    return pairs.join("&");
  } catch {
    return text;
  }
}
