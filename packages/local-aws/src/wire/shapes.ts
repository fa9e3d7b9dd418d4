/** What an SDK package tells about a service: its operations, their input and output, its errors and its protocol. */
import { NormalizedSchema } from "@smithy/core/schema";

/** A schema as SDK packages write it: a number for simple types, an array for the others. */
export type Schema = Parameters<typeof NormalizedSchema.of>[0];
type Traits = { http?: [method: string, path: string, status: number]; [name: string]: unknown };

export interface OperationShape {
  name: string;
  input: NormalizedSchema;
  output: NormalizedSchema;
  /** Method, path template and status of a successful answer; only in REST protocols. */
  http?: [method: string, path: string, status: number];
}

export interface ErrorShape {
  schema: NormalizedSchema;
  /** Where the shape is defined: `com.amazonaws.sqs`. */
  namespace: string;
  /** Status in REST protocols. */
  status?: number;
  /** Code and status in the query protocol, where they differ. */
  query?: [code: string, status: number];
}

export interface ServiceShapes {
  operations: ReadonlyMap<string, OperationShape>;
  /** By the error's name, as SDKs show it. */
  errors: ReadonlyMap<string, ErrorShape>;
  /** The protocol that current SDKs use for it: `restJson1`, `restXml`, `awsJson1_0`, `awsJson1_1`, `awsQuery`. */
  protocol: string;
  xmlNamespace?: string;
  /** JSON errors also carry the code that the query protocol had for them (`x-amzn-query-error`). */
  queryCompatible: boolean;
}

type Definition = [
  kind: number,
  namespace: string,
  name: string,
  traits: Traits | number,
  input: Schema,
  output: Schema,
];
const operationSchema = 9;
const errorSchema = -3;

/** Reads an SDK package's exports, among which `Invoke$` and so on are schemas. */
export function readShapes(sdk: object): ServiceShapes {
  const operations = new Map<string, OperationShape>();
  const errors = new Map<string, ErrorShape>();
  for (const [key, value] of Object.entries(sdk)) {
    if (!key.endsWith("$") || !Array.isArray(value)) continue;
    const [kind, namespace, name, traits, input, output] = value as Definition;
    const own: Traits = typeof traits === "object" ? traits : {};
    if (kind === operationSchema) {
      operations.set(name, {
        name,
        input: NormalizedSchema.of(input),
        output: NormalizedSchema.of(output),
        ...(own.http && { http: own.http }),
      });
    } else if (kind === errorSchema && !namespace.startsWith("smithy.ts.sdk.synthetic")) {
      const { httpError, awsQueryError } = own as { httpError?: number; awsQueryError?: [string, number] };
      errors.set(name, {
        schema: NormalizedSchema.of(value as unknown as Schema),
        namespace,
        ...(httpError && { status: httpError }),
        ...(awsQueryError && { query: awsQueryError }),
      });
    }
  }
  return { operations, errors, ...protocolOf(sdk) };
}

type Client = new (config: object) => { config: { protocol: { getShapeId(): string }; protocolSettings?: Settings } };
interface Settings {
  xmlNamespace?: string;
  awsQueryCompatible?: boolean;
}

/** A client knows its protocol; created only to read it, it connects to nothing. */
function protocolOf(sdk: object): Pick<ServiceShapes, "protocol" | "xmlNamespace" | "queryCompatible"> {
  const [, Client] = Object.entries(sdk).find(([name]) => /^[A-Z].*Client$/.test(name)) as [string, Client];
  const { config } = new Client({ region: "us-east-1", credentials: { accessKeyId: "-", secretAccessKey: "-" } });
  const { xmlNamespace, awsQueryCompatible = false } = config.protocolSettings ?? {};
  return {
    protocol: config.protocol.getShapeId().split("#")[1] as string,
    queryCompatible: awsQueryCompatible,
    ...(xmlNamespace && { xmlNamespace }),
  };
}
