/** Every service, one line each, and what they are made with. */

import type { Authorizer } from "./authorization/authorizer.ts";
import type { Directory } from "./authorization/directory.ts";
import type { ContainerCredentials } from "./containers/credentials.ts";
import type { Images } from "./containers/images.ts";
import { Tools } from "./containers/tools.ts";
import type { Cloud, Service } from "./service.ts";
import type { CognitoIssuer } from "./services/apigateway/execution/authorization/cognito.ts";
import type { DataPlane } from "./services/apigateway/execution/server.ts";
import { createApiGateway } from "./services/apigateway/index.ts";
import { createAutoscaling } from "./services/autoscaling/index.ts";
import { createCodeDeploy } from "./services/codedeploy/index.ts";
import { createDynamoDb } from "./services/dynamodb/index.ts";
import { createEcs } from "./services/ecs/index.ts";
import { createEmrServerless, type EmrServerlessOptions } from "./services/emrserverless/index.ts";
import { createEvents } from "./services/events/index.ts";
import { createIam } from "./services/iam/index.ts";
import { createKms } from "./services/kms/index.ts";
import { withEventSources } from "./services/lambda/eventSources/index.ts";
import type { RuntimeApi } from "./services/lambda/execution/runtimeApi.ts";
import { createLambda, type LambdaOptions } from "./services/lambda/index.ts";
import { createLogs } from "./services/logs/index.ts";
import { createMonitoring } from "./services/monitoring/index.ts";
import { createRoute53 } from "./services/route53/index.ts";
import { createS3 } from "./services/s3/index.ts";
import { createSageMaker, type SageMakerOptions } from "./services/sagemaker/index.ts";
import { createScheduler } from "./services/scheduler/index.ts";
import { createSecretsManager } from "./services/secretsmanager/index.ts";
import { createSes } from "./services/ses/index.ts";
import { createSns } from "./services/sns/index.ts";
import { createSqs } from "./services/sqs/index.ts";
import { createSsm } from "./services/ssm/index.ts";
import { createStates } from "./services/states/index.ts";
import { createSts } from "./services/sts/index.ts";
import type { Wakes } from "./wakes.ts";

export interface CloudOptions {
  /** State folder: the store, in `files/` what is too large for it, in `regions/` the other regions. Made when missing. */
  directory: string;
  /** Region of what is said to be in none. Default `us-east-1`. */
  region?: string;
  /** Twelve digits. Default `000000000000`. */
  accountId?: string;
  /** Port of the AWS endpoint on loopback. Default 4566; 0 takes a free one. */
  awsPort?: number;
  /** Port on which the routes of APIs answer. Default 3000; 0 takes a free one. */
  apiPort?: number;
  /** How Lambda keeps environments and tries asynchronous requests again. */
  lambda?: LambdaOptions;
  /** What container images are on this machine. Default: nothing. */
  images?: Images;
  /** Folder that their commands are run in. Default: where this process was started. */
  workingDirectory?: string;
  /** Images of SageMaker's containers alone. Default: as above. */
  sagemaker?: SageMakerOptions;
  /** How EMR Serverless keeps applications and runs. */
  emrServerless?: Omit<EmrServerlessOptions, "tools">;
  /**
   * Folder of programs that notebooks and jobs need, made by `npm run notebooks:install` (`python/`), and of what is fetched
   * for them (`spark/`) and for functions of Python (`lambda-python…/`). Default: `tools` in the state folder. What is not there is looked for on PATH.
   */
  tools?: string;
  /** What starts JupyterLab: a program, and arguments before its own. Default []: `jupyter-lab`, found as above. */
  jupyter?: string[];
  /** How much faster than AWS's the clock of gradual deployments runs. Default 1. */
  deploymentClock?: number;
}

/** What a service's factory is given besides the cloud: of the account, the same in every region. */
export interface ServiceSetup {
  options: Required<CloudOptions>;
  directory: Directory;
  authorizer: Authorizer;
  /** Who polls a stream or queue is woken by what writes to it. */
  wakes: Wakes;
  /** Where the routes of APIs answer. */
  plane: DataPlane;
  cognito: CognitoIssuer;
  /** Where runtimes of Lambda that are processes ask for their requests. */
  runtimeApi: RuntimeApi;
  containerCredentials: ContainerCredentials;
}

export type Factory = (cloud: Cloud, setup: ServiceSetup) => Service;

/** Of which an account has one: S3's buckets have regions, and names that are unique in all of them. */
export const globalServices: Factory[] = [
  (cloud, { directory, authorizer }) => createIam(cloud, directory, authorizer),
  (cloud, { directory }) => createSts(cloud, directory),
  (cloud) => createS3(cloud),
  (cloud) => createRoute53(cloud),
];

/** Of which each region has one. */
export const regionalServices: Factory[] = [
  (cloud) => createLogs(cloud),
  (cloud, { options: { lambda, tools }, wakes, runtimeApi }) =>
    withEventSources(cloud, wakes, (parts) => createLambda(cloud, { runtimeApi, tools }, { ...lambda, ...parts })),
  (cloud, { plane, cognito, authorizer, directory }) =>
    createApiGateway(cloud, { plane, cognito, authorizer, directory }),
  (cloud, { wakes }) => createDynamoDb(cloud, wakes),
  (cloud, { wakes, options }) => createSqs(cloud, wakes, { clock: options.deploymentClock }),
  (cloud) => createSns(cloud),
  (cloud) => createStates(cloud),
  (cloud, { options }) => createCodeDeploy(cloud, { clock: options.deploymentClock }),
  (cloud) => createEvents(cloud),
  (cloud) => createScheduler(cloud),
  (cloud, { options: { images, workingDirectory, tools, jupyter, deploymentClock, sagemaker } }) =>
    createSageMaker(cloud, {
      images,
      workingDirectory,
      tools: new Tools(tools),
      clock: deploymentClock,
      ...(jupyter.length > 0 && { jupyter }),
      ...sagemaker,
    }),
  (cloud, { options }) =>
    createEmrServerless(cloud, {
      tools: new Tools(options.tools),
      clock: options.deploymentClock,
      ...options.emrServerless,
    }),
  (cloud, { options }) => createEcs(cloud, options),
  (cloud, { options }) => createAutoscaling(cloud, { clock: options.deploymentClock }),
  (cloud, { options }) => createMonitoring(cloud, { clock: options.deploymentClock }),
  (cloud) => createSsm(cloud),
  (cloud) => createSecretsManager(cloud),
  (cloud) => createKms(cloud),
  (cloud) => createSes(cloud),
];
