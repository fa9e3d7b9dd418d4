/**
 * AWS's operations as types: each service's are those of its SDK client's commands, so that an operation or a member that AWS
 * does not have does not compile.
 */
import type { Readable } from "node:stream";
import type { TraceLink } from "./kit/trace.ts";

/** Clients by signing name. Two share a name where AWS has two endpoints for one service. */
export interface Sdks {
  apigateway: typeof import("@aws-sdk/client-api-gateway");
  apigatewayv2: typeof import("@aws-sdk/client-apigatewayv2");
  "application-autoscaling": typeof import("@aws-sdk/client-application-auto-scaling");
  codedeploy: typeof import("@aws-sdk/client-codedeploy");
  "cognito-idp": typeof import("@aws-sdk/client-cognito-identity-provider");
  dynamodb: typeof import("@aws-sdk/client-dynamodb") & typeof import("@aws-sdk/client-dynamodb-streams");
  ec2: typeof import("@aws-sdk/client-ec2");
  ecr: typeof import("@aws-sdk/client-ecr");
  ecs: typeof import("@aws-sdk/client-ecs");
  "emr-serverless": typeof import("@aws-sdk/client-emr-serverless");
  events: typeof import("@aws-sdk/client-eventbridge");
  iam: typeof import("@aws-sdk/client-iam");
  kinesis: typeof import("@aws-sdk/client-kinesis");
  kms: typeof import("@aws-sdk/client-kms");
  lambda: typeof import("@aws-sdk/client-lambda");
  logs: typeof import("@aws-sdk/client-cloudwatch-logs");
  monitoring: typeof import("@aws-sdk/client-cloudwatch");
  route53: typeof import("@aws-sdk/client-route-53");
  s3: typeof import("@aws-sdk/client-s3");
  sagemaker: typeof import("@aws-sdk/client-sagemaker") & typeof import("@aws-sdk/client-sagemaker-runtime");
  scheduler: typeof import("@aws-sdk/client-scheduler");
  secretsmanager: typeof import("@aws-sdk/client-secrets-manager");
  ses: typeof import("@aws-sdk/client-sesv2");
  sns: typeof import("@aws-sdk/client-sns");
  sqs: typeof import("@aws-sdk/client-sqs");
  ssm: typeof import("@aws-sdk/client-ssm");
  states: typeof import("@aws-sdk/client-sfn");
  sts: typeof import("@aws-sdk/client-sts");
  xray: typeof import("@aws-sdk/client-xray");
  tagging: typeof import("@aws-sdk/client-resource-groups-tagging-api");
}

export type ServiceName = keyof Sdks;

/** `CreateSchedule` and so on. */
export type OperationName<Name extends ServiceName> = keyof Sdks[Name] extends infer Export
  ? Export extends `${infer Operation}Command`
    ? // The class that all commands extend is exported as `$Command`.
      Exclude<Operation, "$">
    : never
  : never;

type Command<Name extends ServiceName, Of extends string> = `${Of}Command` extends keyof Sdks[Name]
  ? Sdks[Name][`${Of}Command`] extends { prototype: infer Instance }
    ? Instance
    : never
  : never;

/** What a caller passes to an operation. In process, a function's event may be text, with its trace header beside it. */
export type Asked<Name extends ServiceName, Of extends string> =
  Command<Name, Of> extends { readonly input: infer Given }
    ? [Name, Of] extends ["lambda", "Invoke"]
      ? Omit<Given, "Payload"> & {
          Payload?: Uint8Array | string;
          TraceHeader?: string;
          RequestId?: string;
          TraceLinks?: TraceLink[];
        }
      : Given
    : never;

/** An operation's input: members that AWS requires are present, since requests without them are refused before it runs. */
export type Input<Name extends ServiceName, Of extends string> = Demanded<Asked<Name, Of>>;

/** SDK clients declare a required member as `Name: string | undefined`, others as `Name?: string | undefined`. */
type Demanded<Members> = {
  [Member in keyof Members]: object extends Pick<Members, Member>
    ? Read<Members[Member]>
    : Exclude<Read<Members[Member]>, undefined>;
};

/** Clients also take text for blobs and streams; what is read from a request is bytes or a stream. */
type Read<Value> = string | Uint8Array extends Value
  ? ArrayBuffer extends Value
    ? Uint8Array | Extract<Value, undefined>
    : Exclude<Value, string>
  : Value;

/** What an operation returns: blobs as bytes, streams as bytes or streams. */
export type Output<Name extends ServiceName, Of extends string> =
  Command<Name, Of> extends {
    resolveMiddleware(...given: never[]): (given: never) => Promise<{ output: infer Answer }>;
  }
    ? { [Member in keyof Omit<Answer, "$metadata">]: Plain<Answer[Member]> }
    : never;

/** As operations see it, without what SDK clients add to blobs and streams. */
type Plain<Value> = Value extends { transformToString(encoding?: string): string }
  ? Uint8Array
  : Value extends { transformToByteArray(): Promise<Uint8Array> }
    ? Readable | Uint8Array
    : Value;
