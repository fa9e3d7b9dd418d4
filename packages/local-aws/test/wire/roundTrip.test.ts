import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { HttpResponse } from "@smithy/core/protocols";
import { operation as clientOperation } from "@smithy/core/schema";
import fc from "fast-check";
import type { RawResponse } from "../../src/http/raw.ts";
import { AwsError } from "../../src/service.ts";
import { checkInput, protocolOf, type WireRequest } from "../../src/wire/index.ts";
import { type OperationShape, readShapes, type ServiceShapes } from "../../src/wire/shapes.ts";
import { arbitraryOf } from "../support/shapes.ts";

interface Sdk {
  name: string;
  /** Spoken instead of the SDK's own: older and newer clients of the same service. */
  protocol?: unknown;
  load(): Promise<object>;
  /** Operations whose events or bodies stream, or whose members look alike on the wire. */
  skip?: RegExp;
  /** Some of the operations, where there are hundreds. */
  only?: RegExp;
}

const sdks: Sdk[] = [
  { name: "iam (awsQuery)", load: () => import("@aws-sdk/client-iam") },
  { name: "ec2 (ec2Query)", load: () => import("@aws-sdk/client-ec2"), only: /Vpc|SecurityGroup|NetworkAcl|Tags/ },
  { name: "sns (awsQuery)", load: () => import("@aws-sdk/client-sns") },
  { name: "sqs (awsJson1_0)", load: () => import("@aws-sdk/client-sqs") },
  {
    name: "sqs (awsQuery)",
    load: () => import("@aws-sdk/client-sqs"),
    protocol: AwsQueryProtocol,
    skip: /^ReceiveMessage$/,
  },
  { name: "cloudwatch (awsQuery)", load: () => import("@aws-sdk/client-cloudwatch"), protocol: AwsQueryProtocol },
  {
    name: "cloudwatch (rpcv2Cbor)",
    load: () => import("@aws-sdk/client-cloudwatch"),
    protocol: AwsSmithyRpcV2CborProtocol,
  },
  { name: "cloudwatch (awsJson1_0)", load: () => import("@aws-sdk/client-cloudwatch") },
  {
    name: "logs (awsJson1_1)",
    load: () => import("@aws-sdk/client-cloudwatch-logs"),
    skip: /^(StartLiveTail|GetLogObject)$/,
  },
  { name: "ssm (awsJson1_1)", load: () => import("@aws-sdk/client-ssm") },
  {
    name: "lambda (restJson1)",
    load: () => import("@aws-sdk/client-lambda"),
    skip: /^(InvokeWithResponseStream|InvokeAsync|SendDurableExecutionCallbackFailure)$/,
  },
  { name: "apigateway (restJson1)", load: () => import("@aws-sdk/client-api-gateway") },
  { name: "scheduler (restJson1)", load: () => import("@aws-sdk/client-scheduler") },
];

// What an SDK's own protocol does with a request and an answer, seen from the client.
interface ClientProtocol {
  setSerdeContext(context: object): void;
  serializeRequest(operation: object, input: object, context: object): Promise<ClientRequest>;
  deserializeResponse(operation: object, context: object, response: HttpResponse): Promise<Record<string, unknown>>;
}
interface ClientRequest {
  method: string;
  path: string;
  query: Record<string, string | string[]>;
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

class Client {
  readonly shapes: ServiceShapes;
  readonly #config: { protocol: ClientProtocol };
  readonly #schemas: Record<string, unknown[]>;

  constructor(sdk: object, protocol: unknown) {
    this.shapes = readShapes(sdk);
    const [, Type] = Object.entries(sdk).find(([name]) => /^[A-Z].*Client$/.test(name)) as [
      string,
      new (config: object) => { config: { protocol: ClientProtocol } },
    ];
    this.#config = new Type({
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      ...(protocol !== undefined && { protocol }),
    }).config;
    this.#schemas = Object.fromEntries(
      Object.values(sdk)
        .filter((value) => Array.isArray(value) && value[0] === 9)
        .map((value) => [value[2], value]),
    );
  }

  #context(name: string) {
    const endpoint = async () => ({ protocol: "http:", hostname: "127.0.0.1", path: "/", port: 4566 });
    const __smithy_context = { service: "Service", operation: name };
    return { ...this.#config, endpoint, __smithy_context };
  }

  #operation(name: string): object {
    const [, namespace, , traits, input, output] = this.#schemas[name] as never[];
    return clientOperation(namespace as never, name, traits as never, input as never, output as never);
  }

  /** The request that a client sends for that input. */
  async request(name: string, input: object): Promise<WireRequest> {
    this.#config.protocol.setSerdeContext(this.#config);
    const sent = await this.#config.protocol.serializeRequest(this.#operation(name), input, this.#context(name));
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(sent.query)) for (const one of [value].flat()) query.append(key, one);
    const headers = Object.fromEntries(Object.entries(sent.headers).map(([key, value]) => [key.toLowerCase(), value]));
    return {
      method: sent.method,
      path: sent.path,
      query,
      headers,
      body: Buffer.from(typeof sent.body === "object" ? Uint8Array.from(sent.body) : (sent.body ?? "")),
    };
  }

  /** What a client makes of that answer. */
  async response(name: string, { status, headers, body = "" }: RawResponse): Promise<Record<string, unknown>> {
    this.#config.protocol.setSerdeContext(this.#config);
    const stream = Readable.from([Buffer.from(body as string)], { objectMode: false });
    const response = new HttpResponse({ statusCode: status, headers: headers as Record<string, string>, body: stream });
    const { $metadata, ...output } = await this.#config.protocol.deserializeResponse(
      this.#operation(name),
      this.#context(name),
      response,
    );
    return output;
  }
}

/** As plain data: a payload may be a Buffer on one side and bytes on the other, absent on one and null on the other. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof Date || typeof value !== "object" || value === null) return value;
  if (value instanceof String) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined && item !== null)
      .map(([key, item]) => [key, plain(item)]),
  );
};

/** A structure that is the whole body is sent as `{}` when it is not given: what arrives cannot tell them apart. */
function asSent(schema: OperationShape["input"], given: object, read: object): object {
  const members = schema.isStructSchema() ? [...schema.structIterator()] : [];
  const body = members.find(([, member]) => member.getMergedTraits().httpPayload && member.isStructSchema())?.[0];
  const empty =
    body !== undefined && !(body in given) && isDeepStrictEqual((read as Record<string, unknown>)[body], {});
  return empty ? { ...given, [body]: {} } : given;
}

const runs = { numRuns: 4 };

describe("wire", () => {
  for (const { name: title, load, protocol, skip, only } of sdks) {
    describe(title, () => {
      let client: Client;
      let operations: OperationShape[];
      before(async () => {
        client = new Client(await load(), protocol);
        operations = [...client.shapes.operations.values()].filter(
          ({ name }) => !skip?.test(name) && (only?.test(name) ?? true),
        );
      });

      it("reads what the SDK was given", async () => {
        for (const { name, input: schema } of operations) {
          await fc.assert(
            fc.asyncProperty(schema.isUnitSchema() ? fc.constant({}) : arbitraryOf(schema), async (given) => {
              const request = await client.request(name, given as object);
              const protocol = protocolOf(request, client.shapes);
              const { operation, input } = protocol.read(client.shapes, request);
              assert.equal(operation.name, name);
              assert.deepEqual(plain(input), plain(asSent(schema, given as object, input)), name);
              checkInput(operation.input, input, protocol.invalid);
            }),
            runs,
          );
        }
      });

      it("writes what the SDK reads", async () => {
        for (const operation of operations) {
          const request = await client.request(operation.name, sample(operation));
          const protocol = protocolOf(request, client.shapes);
          const outputs = operation.output.isUnitSchema() ? fc.constant({}) : arbitraryOf(operation.output);
          await fc.assert(
            fc.asyncProperty(outputs, async (output) => {
              const answer = protocol.write(client.shapes, operation, output as object, "id");
              assert.deepEqual(plain(await client.response(operation.name, answer)), plain(output), operation.name);
            }),
            runs,
          );
        }
      });

      it("writes errors that the SDK knows by name", async () => {
        const operation = operations[0] as OperationShape;
        const request = await client.request(operation.name, sample(operation));
        const protocol = protocolOf(request, client.shapes);
        const codes = [...client.shapes.errors].map(([name, { query }]) => query?.[0] ?? name);
        for (const code of [...client.shapes.errors.keys(), "SomethingElse"]) {
          // Two of CloudWatch's errors have one code in the query protocol, by which its clients tell them.
          const wireCode = client.shapes.errors.get(code)?.query?.[0] ?? code;
          if (codes.filter((other) => other === wireCode).length > 1) continue;
          const answer = protocol.writeError(new AwsError(code, "said <so> & so"), "id", client.shapes);
          await assert.rejects(client.response(operation.name, answer), (error: Error) => {
            assert.equal(error.name, code);
            assert.match(error.message, /said <so> & so/);
            return true;
          });
        }
      });
    });
  }
});

const sample = ({ input }: OperationShape): object => {
  const [one] = input.isUnitSchema() ? [{}] : fc.sample(arbitraryOf(input), { numRuns: 1, seed: 1 });
  return one as object;
};
