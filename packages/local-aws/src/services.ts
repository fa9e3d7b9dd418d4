/** Every service, one line each, and the options they are created with. A service's code is loaded when it is first used. */
import { createRequire } from "node:module";
import { extname } from "node:path";
import type { Authorizer } from "./authorization/authorizer.ts";
import type { Directory } from "./authorization/directory.ts";
import type { ConsoleSource } from "./console/index.ts";
import type { ContainerCredentials } from "./containers/credentials.ts";
import type { Images } from "./containers/images.ts";
import { Tools } from "./containers/tools.ts";
import type { Faults } from "./faults/injector.ts";
import type { Cloud, Service } from "./service.ts";
import type { CognitoIssuer } from "./services/apigateway/execution/authorization/cognito.ts";
import type { DataPlane } from "./services/apigateway/execution/server.ts";
import type { EmrServerlessOptions } from "./services/emrserverless/index.ts";
import type { RuntimeApi } from "./services/lambda/execution/runtimeApi.ts";
import type { LambdaOptions } from "./services/lambda/index.ts";
import type { SageMakerOptions } from "./services/sagemaker/index.ts";
import type { Wakes } from "./wakes.ts";

export interface CloudOptions {
  /** State folder: the store, `files/` for what is too large for it, `regions/` for the other regions. Created when missing. */
  directory: string;
  /** Region of requests that name none. Default `us-east-1`. */
  region?: string;
  /** Twelve digits. Default `000000000000`. */
  accountId?: string;
  /** Port of the AWS endpoint on loopback. Default 4566; 0 picks a free one. */
  awsPort?: number;
  /** Port on which the routes of APIs answer. Default 3000; 0 picks a free one. */
  apiPort?: number;
  /** Port on loopback at which X-Ray's daemon takes segments by UDP. Default: none, and no daemon; 0 picks a free one. */
  xrayPort?: number;
  /** How Lambda keeps environments and retries asynchronous requests. */
  lambda?: LambdaOptions;
  /** The commands that stand for container images. Default: none. */
  images?: Images;
  /** Folder that their commands are run in. Default: where this process was started. */
  workingDirectory?: string;
  /** Images for SageMaker's containers only. Default: as above. */
  sagemaker?: SageMakerOptions;
  /** How EMR Serverless keeps applications and runs. */
  emrServerless?: Omit<EmrServerlessOptions, "tools">;
  /**
   * Folder of programs that notebooks and jobs need, made by `npm run notebooks:install` (`python/`), and of downloads
   * for them (`spark/`) and for functions of Python (`lambda-python…/`). Default: `tools` in the state folder. What is missing there is looked up on PATH.
   */
  tools?: string;
  /** Command that starts JupyterLab: a program and its leading arguments. Default []: `jupyter-lab`, found as above. */
  jupyter?: string[];
  /** How much faster than AWS's the clock of gradual deployments runs. Default 1. */
  deploymentClock?: number;
  /** Pages of the web console, served below `/_console/` of the AWS endpoint. Default: none. */
  console?: ConsoleSource;
}

/** What a service's factory gets in addition to the cloud; the same in every region of the account. */
export interface ServiceSetup {
  options: Required<Omit<CloudOptions, "console" | "xrayPort">>;
  directory: Directory;
  authorizer: Authorizer;
  /** Wakes pollers of a stream or queue when something is written to it. */
  wakes: Wakes;
  /** Where the routes of APIs answer. */
  plane: DataPlane;
  cognito: CognitoIssuer;
  /** Where Lambda runtimes in processes fetch their requests. */
  runtimeApi: RuntimeApi;
  containerCredentials: ContainerCredentials;
  /** What goes wrong on demand. */
  faults: Faults;
}

export type Factory = (cloud: Cloud, setup: ServiceSetup) => Service;

/** By the name in a signature's scope. */
export type Factories = Readonly<Record<string, Factory>>;

const require = createRequire(import.meta.url);

/** A service's module. Synchronously, since services are looked up in the midst of other work. */
const load = <Module>(folder: string): Module =>
  require(`./services/${folder}/index${extname(import.meta.filename)}`) as Module;

/** Services that exist once per account: S3's buckets have regions, but names unique across them. */
export const globalServices: Factories = {
  iam: (cloud, { directory, authorizer }) =>
    load<typeof import("./services/iam/index.ts")>("iam").createIam(cloud, directory, authorizer),
  sts: (cloud, { directory }) => load<typeof import("./services/sts/index.ts")>("sts").createSts(cloud, directory),
  s3: (cloud, { directory }) => load<typeof import("./services/s3/index.ts")>("s3").createS3(cloud, directory),
  route53: (cloud) => load<typeof import("./services/route53/index.ts")>("route53").createRoute53(cloud),
  faults: (cloud, { faults }) =>
    load<typeof import("./services/faults/index.ts")>("faults").createFaults(cloud, faults, faultyServices()),
};

/** Services that exist once per region. */
export const regionalServices: Factories = {
  logs: (cloud) => load<typeof import("./services/logs/index.ts")>("logs").createLogs(cloud),
  lambda: (
    cloud,
    { options: { lambda, tools, images, workingDirectory }, wakes, runtimeApi, plane: sites, directory },
  ) => {
    const { createLambda } = load<typeof import("./services/lambda/index.ts")>("lambda");
    const { withEventSources } = load<typeof import("./services/lambda/eventSources/index.ts")>("lambda/eventSources");
    const around = { runtimeApi, tools, images: { images, workingDirectory }, sites, directory };
    return withEventSources(cloud, wakes, (parts) => createLambda(cloud, around, { ...lambda, ...parts }));
  },
  apigateway: (cloud, { plane, cognito, authorizer, directory }) =>
    load<typeof import("./services/apigateway/index.ts")>("apigateway").createApiGateway(cloud, {
      plane,
      cognito,
      authorizer,
      directory,
    }),
  apigatewayv2: (cloud, { plane, cognito, directory }) =>
    load<typeof import("./services/apigateway/v2/index.ts")>("apigateway/v2").createHttpApis(cloud, plane, {
      cognito,
      directory,
    }),
  dynamodb: (cloud, { wakes }) =>
    load<typeof import("./services/dynamodb/index.ts")>("dynamodb").createDynamoDb(cloud, wakes),
  sqs: (cloud, { wakes, options: { deploymentClock: clock } }) =>
    load<typeof import("./services/sqs/index.ts")>("sqs").createSqs(cloud, wakes, { clock }),
  sns: (cloud) => load<typeof import("./services/sns/index.ts")>("sns").createSns(cloud),
  states: (cloud) => load<typeof import("./services/states/index.ts")>("states").createStates(cloud),
  codedeploy: (cloud, { options: { deploymentClock: clock } }) =>
    load<typeof import("./services/codedeploy/index.ts")>("codedeploy").createCodeDeploy(cloud, { clock }),
  events: (cloud) => load<typeof import("./services/events/index.ts")>("events").createEvents(cloud),
  scheduler: (cloud) => load<typeof import("./services/scheduler/index.ts")>("scheduler").createScheduler(cloud),
  sagemaker: (cloud, { options: { images, workingDirectory, tools, jupyter, deploymentClock, sagemaker } }) =>
    load<typeof import("./services/sagemaker/index.ts")>("sagemaker").createSageMaker(cloud, {
      images,
      workingDirectory,
      tools: new Tools(tools),
      clock: deploymentClock,
      ...(jupyter.length > 0 && { jupyter }),
      ...sagemaker,
    }),
  "emr-serverless": (cloud, { options: { tools, deploymentClock: clock, emrServerless } }) =>
    load<typeof import("./services/emrserverless/index.ts")>("emrserverless").createEmrServerless(cloud, {
      tools: new Tools(tools),
      clock,
      ...emrServerless,
    }),
  ec2: (cloud) => load<typeof import("./services/ec2/index.ts")>("ec2").createEc2(cloud),
  ecr: (cloud) => load<typeof import("./services/ecr/index.ts")>("ecr").createEcr(cloud),
  ecs: (cloud, { options }) => load<typeof import("./services/ecs/index.ts")>("ecs").createEcs(cloud, options),
  "application-autoscaling": (cloud, { options: { deploymentClock: clock } }) =>
    load<typeof import("./services/autoscaling/index.ts")>("autoscaling").createAutoscaling(cloud, { clock }),
  monitoring: (cloud, { options: { deploymentClock: clock } }) =>
    load<typeof import("./services/monitoring/index.ts")>("monitoring").createMonitoring(cloud, { clock }),
  ssm: (cloud) => load<typeof import("./services/ssm/index.ts")>("ssm").createSsm(cloud),
  secretsmanager: (cloud) =>
    load<typeof import("./services/secretsmanager/index.ts")>("secretsmanager").createSecretsManager(cloud),
  kinesis: (cloud, { wakes }) =>
    load<typeof import("./services/kinesis/index.ts")>("kinesis").createKinesis(cloud, wakes),
  kms: (cloud) => load<typeof import("./services/kms/index.ts")>("kms").createKms(cloud),
  ses: (cloud) => load<typeof import("./services/ses/index.ts")>("ses").createSes(cloud),
  tagging: (cloud) => load<typeof import("./services/tagging/index.ts")>("tagging").createTagging(cloud),
  xray: (cloud) => load<typeof import("./services/xray/index.ts")>("xray").createXray(cloud),
  "cognito-idp": (cloud, { cognito }) =>
    load<typeof import("./services/cognitoidp/index.ts")>("cognitoidp").createCognitoIdp(cloud, cognito),
};

/** Those whose calls may go wrong on demand: each, and requests to routes. */
const faultyServices = (): string[] =>
  [...Object.keys(globalServices), ...Object.keys(regionalServices), "execute-api"].sort();

/** Services with operations that need no signature. */
export const unsignedServices = ["sns", "sts", "cognito-idp"] as const;
