/** Every service, one line each, and the options they are created with. */

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
import { createApiGateway } from "./services/apigateway/index.ts";
import { createHttpApis } from "./services/apigateway/v2/index.ts";
import { createAutoscaling } from "./services/autoscaling/index.ts";
import { createCodeDeploy } from "./services/codedeploy/index.ts";
import { createCognitoIdp } from "./services/cognitoidp/index.ts";
import { createDynamoDb } from "./services/dynamodb/index.ts";
import { createEc2 } from "./services/ec2/index.ts";
import { createEcr } from "./services/ecr/index.ts";
import { createEcs } from "./services/ecs/index.ts";
import { createEmrServerless, type EmrServerlessOptions } from "./services/emrserverless/index.ts";
import { createEvents } from "./services/events/index.ts";
import { createFaults } from "./services/faults/index.ts";
import { createIam } from "./services/iam/index.ts";
import { createKinesis } from "./services/kinesis/index.ts";
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
import { createTagging } from "./services/tagging/index.ts";
import { createXray } from "./services/xray/index.ts";
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

/** Services that exist once per account: S3's buckets have regions, but names unique across them. */
export const globalServices: Factory[] = [
  (cloud, { directory, authorizer }) => createIam(cloud, directory, authorizer),
  (cloud, { directory }) => createSts(cloud, directory),
  (cloud, { directory }) => createS3(cloud, directory),
  (cloud) => createRoute53(cloud),
  (cloud, { faults }) => createFaults(cloud, faults),
];

/** Services that exist once per region. */
export const regionalServices: Factory[] = [
  (cloud) => createLogs(cloud),
  (cloud, { options: { lambda, tools, images, workingDirectory }, wakes, runtimeApi, plane: sites, directory }) =>
    withEventSources(cloud, wakes, (parts) =>
      createLambda(
        cloud,
        { runtimeApi, tools, images: { images, workingDirectory }, sites, directory },
        { ...lambda, ...parts },
      ),
    ),
  (cloud, { plane, cognito, authorizer, directory }) =>
    createApiGateway(cloud, { plane, cognito, authorizer, directory }),
  (cloud, { plane, cognito, directory }) => createHttpApis(cloud, plane, { cognito, directory }),
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
  (cloud) => createEc2(cloud),
  (cloud) => createEcr(cloud),
  (cloud, { options }) => createEcs(cloud, options),
  (cloud, { options }) => createAutoscaling(cloud, { clock: options.deploymentClock }),
  (cloud, { options }) => createMonitoring(cloud, { clock: options.deploymentClock }),
  (cloud) => createSsm(cloud),
  (cloud) => createSecretsManager(cloud),
  (cloud, { wakes }) => createKinesis(cloud, wakes),
  (cloud) => createKms(cloud),
  (cloud) => createSes(cloud),
  (cloud) => createTagging(cloud),
  (cloud) => createXray(cloud),
  (cloud, { cognito }) => createCognitoIdp(cloud, cognito),
];
