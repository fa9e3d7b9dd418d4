/**
 * The contract of a service of the one-machine AWS. A service is a table of operations under AWS's own names, whose
 * inputs and outputs have AWS's own shapes: those of the SDK package named by `shapes`. It knows nothing of HTTP:
 * `wire` reads requests and writes answers from the schemas that the SDK package carries, and
 * `authorization` decides, before an operation runs, whether its caller may.
 */

import type { IncomingHttpHeaders } from "node:http";
import type { RawRequest, RawResponse, SentRequest, Site } from "./http/raw.ts";
import type { Asked, OperationName, Output, ServiceName } from "./sdks.ts";
import type { Store } from "./store.ts";

/** Who calls. `service` is AWS itself, acting for one resource (`sourceArn`), as API Gateway does when it calls Lambda. */
export interface Principal {
  kind: "root" | "user" | "role" | "service" | "anonymous";
  /** `arn:aws:iam::…:root`, `arn:aws:iam::…:user/…`, `arn:aws:sts::…:assumed-role/ROLE/SESSION`, or the service's name. */
  arn: string;
  accountId?: string;
  /** As `GetCallerIdentity` reports it. */
  userId?: string;
  /** `arn:aws:iam::…:role/…`, when `kind` is `role`. */
  roleArn?: string;
  accessKeyId?: string;
  /** For a service: the resource on whose behalf it calls (`aws:SourceArn`). */
  sourceArn?: string;
  /** The service that forwards the caller's request to another: `sns`, which has KMS encrypt a caller's message. */
  via?: string;
}

/** One request, as an operation sees it. */
export interface Call {
  service: string;
  operation: string;
  principal: Principal;
  region: string;
  accountId: string;
  requestId: string;
  sourceIp?: string;
  /** Condition keys of the request itself, which apply to each permission that it needs; computed when a policy uses one. */
  context?: () => NonNullable<Access["context"]>;
  signal?: AbortSignal;
  /** The trace header that the request came with. */
  trace?: string;
  /**
   * The segment that is written of this call, where the trace is sampled: what the call brings about is below it. The resource
   * is the ARN of what is asked for, once IAM is asked.
   */
  segment?: { id: string; resource?: string };
}

/** One permission that a call needs: all those of an operation must be granted. */
export interface Access {
  /** `dynamodb:PutItem` */
  action: string;
  /** ARN, or `*` for the few actions that have no resource. */
  resource: string;
  /** Condition keys beyond the global ones (`aws:PrincipalArn`, `aws:SourceArn`, `aws:SourceIp`, `aws:CurrentTime` …). */
  context?: Record<string, string | string[]>;
  /** The policy of the resource itself, when it has one (bucket, queue, function, API, role trust). */
  resourcePolicy?: PolicyDocument;
  /** `identity-or-resource` (default): in one account either may allow. `resource`: only the resource's policy counts
   *  (role trust; a service principal has no other). `both`: both must allow. */
  rule?: "identity-or-resource" | "resource" | "both";
}

export interface PolicyDocument {
  Version?: string;
  Id?: string;
  Statement: PolicyStatement | PolicyStatement[];
}

export interface PolicyStatement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | Record<string, string | string[]>;
  NotPrincipal?: "*" | Record<string, string | string[]>;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[] | boolean | number>>;
}

// biome-ignore lint/suspicious/noExplicitAny: inputs and outputs are the SDK's types, which each service states.
export interface Operation<Input = any, Output = any> {
  /** What IAM must allow. An empty list: any signed caller may (`GetCallerIdentity`). */
  access(input: Input, call: Call): Access[] | Promise<Access[]>;
  run(input: Input, call: Call): Output | Promise<Output>;
}

export interface Service {
  /** The name in SigV4's credential scope, and in `cloud.call`: `lambda`, `execute-api`, `monitoring`. */
  name: string;
  /** The SDK package whose schemas describe requests and answers; loaded when the first request arrives. */
  shapes?: () => Promise<object>;
  operations: { [name: string]: Operation | undefined };
  /** Operations that need no signature, each with the member whose ARN gives the region; without one: the default region. */
  unsigned?: { readonly [operation: string]: string | undefined };
  /**
   * What a browser is shown in place of an operation's answer, by operation: whose links are in mails. Clients get the answer.
   * @param refusal why it was refused; undefined when it was not.
   */
  pages?: {
    readonly [operation: string]: ((refusal: string | undefined) => { title: string; text: string }) | undefined;
  };
  /** Takes the whole request instead; it must call {@link Cloud.authorize} itself. */
  handle?(request: RawRequest, call: Call): Promise<RawResponse>;
  /** Whether a web page of another site may send this request, as the account has configured. Default: none may. */
  mayCross?(request: { method: string; path: string; headers: IncomingHttpHeaders }): boolean;
  /** What the console shows and AWS has no operation for, by name. Nothing changes by it. */
  // biome-ignore lint/suspicious/noExplicitAny: each states what it takes.
  looks?: { readonly [name: string]: ((about: any) => object) | undefined };
  /** Pages for a browser, if it has any. */
  site?: Site;
  /** Starts what the service needs (an engine process, a timer). Called once, before the first request. */
  start?(): Promise<void>;
  /** Stops it: nothing of it is left running. */
  stop?(): Promise<void>;
}

/** What a fault may befall: a call, or something that begins to run. */
export interface Occasion extends Pick<Call, "service" | "operation" | "region"> {
  principal?: Principal | { roleArn: string };
}

/** Where things go wrong on purpose. */
export interface FaultGate {
  /**
   * Carries a call out, unless a rule has it otherwise.
   * @throws {AwsError} in the service's own words.
   */
  around<T>(call: Call, run: () => T | Promise<T>): Promise<T>;
  /**
   * Whether what begins now is to be killed.
   * @param occasion of a function: `lambda` and `Invoke`; of a task `ecs` and `RunTask`; of an endpoint `sagemaker` and `InvokeEndpoint`.
   * @returns after how many milliseconds.
   */
  kills(occasion: Occasion): number | undefined;
}

/** A region's services by name, with those of the account. */
export interface Services {
  /** @returns `undefined` where there is no such service. */
  get(name: string): Service | undefined;
  /** Pending while a service starts, for whoever calls it. */
  starting(name: string): Promise<void> | undefined;
  /** The names of all, in use or not. */
  keys(): string[];
}

/** What a service may use of the others: only what AWS would let it. */
export interface Cloud {
  readonly region: string;
  readonly accountId: string;
  /** The region's. */
  readonly store: Store;
  /** State that belongs to no region: mails. */
  readonly accountStore: Store;
  /** Folder for data too large for the store (objects, deployment packages). */
  readonly directory: string;
  /** `http://127.0.0.1:4566`: the `AWS_ENDPOINT_URL` of every function. Known once the front listens. */
  readonly origin: string;
  /** `127.0.0.1:2000`: where X-Ray's daemon takes segments; absent where there is none. */
  readonly xrayAddress: string | undefined;
  /** `http://localhost:3000`: where the routes of deployed APIs answer. Known once the data plane listens. */
  readonly apiOrigin: string;
  /**
   * The same account in another region, created at its first use: `cloud.in("eu-west-1").call("sqs", "ListQueues", {})`. A
   * service crosses regions only where AWS does, as SNS to a queue in another region; otherwise regions are separate.
   * @throws AwsError when AWS has no such region.
   */
  in(region: string): Cloud;
  /** Calls an operation in process, under IAM like any other caller. Default caller: the account's administrator. */
  call<Name extends ServiceName, Of extends string & OperationName<Name>>(
    service: Name,
    operation: Of,
    input: Asked<Name, Of> & object,
    as?: Principal,
    signal?: AbortSignal,
  ): Promise<Output<Name, Of>>;
  /** As {@link call}, where the operation is known only at run time. */
  request<Answer = Record<string, unknown>>(
    service: string,
    operation: string,
    input: object,
    as?: Principal,
    signal?: AbortSignal,
  ): Promise<Answer>;
  /**
   * The same, for calls that belong to a trace: it goes on in what is called, and where it is sampled each call is told of in it.
   * @param header `Root=…;Parent=…;Sampled=…`; without one nothing is different.
   */
  traced(header: string | undefined): Cloud;
  /**
   * An HTTP request to a service, as if it had come over the wire, signed by `as`: for integrations, which are given as
   * requests. What the service refuses is an answer, too.
   * @throws AwsError `UnknownOperationException` when there is no such service.
   */
  send(service: string, request: SentRequest, as: Principal): Promise<RawResponse>;
  /**
   * The input of an operation, from JSON in which every member begins with a capital, as in SDK integrations.
   * @throws AwsError `UnknownOperationException` when there is no such operation.
   */
  readDocument(service: string, operation: string, document: unknown): Promise<object>;
  /**
   * Whose credentials these are: the administrator's, a user's, or a role's session.
   * @throws AwsError in STS's words when they are unknown or no longer valid.
   */
  identify(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): Principal;
  /** Throws `AccessDeniedException` unless the caller is granted all of it. */
  authorize(
    call: Pick<Call, "principal" | "sourceIp" | "operation" | "context" | "segment">,
    access: Access[],
  ): void | Promise<void>;
  /** What goes wrong on demand: for services that read the wire themselves, and for what runs in them. */
  readonly faults: FaultGate;
  /**
   * Temporary credentials of a role for an AWS service that runs on its behalf (trust is evaluated).
   * @param sourceArn the resource for which it acts: `aws:SourceArn` and `aws:SourceAccount` of conditions in the trust.
   */
  assumeRole(roleArn: string, service: string, sessionName: string, sourceArn?: string): Promise<RoleSession>;
  /**
   * Lets a container fetch credentials of its role from the AWS endpoint, as often as it wants.
   * @returns environment variables for it; call `remove` when it has ended.
   */
  shareCredentials(
    roleArn: string,
    session: () => Promise<RoleSession>,
  ): { environment: Record<string, string>; remove(): void };
}

/** The cloud as provisioning and tests use it, outside of services: their calls are not typed by operation. */
export interface OpenCloud extends Omit<Cloud, "call" | "in" | "traced"> {
  in(region: string): OpenCloud;
  traced(header: string | undefined): OpenCloud;
  call: Cloud["request"];
}

export interface RoleSession {
  principal: Principal;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: Date };
}

/**
 * An error in AWS's own words. `code` is what SDKs show as `name` (`ResourceNotFoundException`); other members of the
 * shape (`Type`, `Reason`) go into `members`.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly members: Record<string, unknown>;

  constructor(code: string, message: string, status = 400, members: Record<string, unknown> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** AWS itself as a caller: `servicePrincipal("apigateway.amazonaws.com", "arn:aws:execute-api:…")`. */
export const servicePrincipal = (service: string, sourceArn?: string): Principal => ({
  kind: "service",
  arn: service,
  ...(sourceArn && { sourceArn }),
});

/** The administrator of the local account: key `test`, secret `test`. */
export const administrator = (accountId: string): Principal => ({
  kind: "root",
  arn: `arn:aws:iam::${accountId}:root`,
  accountId,
  userId: accountId,
  accessKeyId: "test",
});

/** Own properties only: `constructor` is not an operation. */
export const operationOf = (service: Service | undefined, name: string): Operation | undefined =>
  service && Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;

export const unknownOperation = (service: string, operation: string): AwsError =>
  new AwsError(
    "UnknownOperationException",
    `The local cloud does not have the operation ${operation} of ${service}`,
    501,
  );
