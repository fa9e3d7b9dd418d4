/** Every service, one line each, and what they are made with. */
import type { CognitoIssuer } from "./apigateway/execution/authorization/cognito.ts";
import type { DataPlane } from "./apigateway/execution/server.ts";
import { createApiGateway } from "./apigateway/index.ts";
import { createAutoscaling } from "./autoscaling/index.ts";
import { createCodeDeploy } from "./codedeploy/index.ts";
import type { Images } from "./containers/images.ts";
import { createDynamoDb } from "./dynamodb/index.ts";
import { createEcs } from "./ecs/index.ts";
import { createEvents } from "./events/index.ts";
import { withEventSources } from "./eventsources/index.ts";
import type { Authorizer } from "./iam/authorizer.ts";
import type { Directory } from "./iam/directory.ts";
import { createIam } from "./iam/index.ts";
import { createKms } from "./kms/index.ts";
import { createLambda, type LambdaOptions } from "./lambda/index.ts";
import { createLogs } from "./logs/index.ts";
import { createMonitoring } from "./monitoring/index.ts";
import { createS3 } from "./s3/index.ts";
import { createSageMaker, type SageMakerOptions } from "./sagemaker/index.ts";
import { createScheduler } from "./scheduler/index.ts";
import type { Cloud, Service } from "./service.ts";
import { createSes } from "./ses.ts";
import { createSns } from "./sns/index.ts";
import { createSqs } from "./sqs/index.ts";
import { createSsm } from "./ssm.ts";
import { createStates } from "./states/index.ts";
import { createSts } from "./sts.ts";
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
  /** What container images are on this machine (`local:images`). Default: nothing. */
  images?: Images;
  /** Folder that their commands are run in. Default: where this process was started. */
  workingDirectory?: string;
  /** Images of SageMaker's containers alone. Default: as above. */
  sagemaker?: SageMakerOptions;
  /** How much faster than AWS's the clock of gradual deployments runs (`local:deploymentClock`). Default 1. */
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
}

export type Factory = (cloud: Cloud, setup: ServiceSetup) => Service;

/** Of which an account has one: S3's buckets have regions, and names that are unique in all of them. */
export const globalServices: Factory[] = [
  (cloud, { directory, authorizer }) => createIam(cloud, directory, authorizer),
  (cloud, { directory }) => createSts(cloud, directory),
  (cloud) => createS3(cloud),
];

/** Of which each region has one. */
export const regionalServices: Factory[] = [
  (cloud) => createLogs(cloud),
  (cloud, { options, wakes }) =>
    withEventSources(cloud, wakes, (parts) => createLambda(cloud, { ...options.lambda, ...parts })),
  (cloud, { plane, cognito, authorizer, directory }) =>
    createApiGateway(cloud, { plane, cognito, authorizer, directory }),
  (cloud, { wakes }) => createDynamoDb(cloud, wakes),
  (cloud, { wakes, options }) => createSqs(cloud, wakes, { clock: options.deploymentClock }),
  (cloud) => createSns(cloud),
  (cloud) => createStates(cloud),
  (cloud, { options }) => createCodeDeploy(cloud, { clock: options.deploymentClock }),
  (cloud) => createEvents(cloud),
  (cloud) => createScheduler(cloud),
  (cloud, { options: { images, workingDirectory, sagemaker } }) =>
    createSageMaker(cloud, { images, workingDirectory, ...sagemaker }),
  (cloud, { options }) => createEcs(cloud, options),
  (cloud, { options }) => createAutoscaling(cloud, { clock: options.deploymentClock }),
  (cloud, { options }) => createMonitoring(cloud, { clock: options.deploymentClock }),
  (cloud) => createSsm(cloud),
  (cloud) => createKms(cloud),
  (cloud) => createSes(cloud),
];
