/**
 * The one-machine AWS: its services, and how they call each other. Every call, whether in process or over the wire,
 * passes IAM.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Store } from "../store.ts";
import { type ApiGateway, createApiGateway } from "./apigateway/index.ts";
import { createAutoscaling } from "./autoscaling/index.ts";
import { createCodeDeploy } from "./codedeploy/index.ts";
import type { Images } from "./containers/images.ts";
import { createDynamoDb } from "./dynamodb/index.ts";
import { createEcs } from "./ecs/index.ts";
import { createEvents } from "./events/index.ts";
import { withEventSources } from "./eventsources/index.ts";
import { createFront, type Front, operationOf, unknownOperation } from "./front/index.ts";
import { Authorizer } from "./iam/authorizer.ts";
import { Directory } from "./iam/directory.ts";
import { createIam } from "./iam/index.ts";
import { ServiceSessions } from "./iam/serviceSessions.ts";
import { createKms } from "./kms/index.ts";
import { createLambda, type LambdaOptions } from "./lambda/index.ts";
import { createLogs } from "./logs/index.ts";
import { createMonitoring } from "./monitoring/index.ts";
import { createS3 } from "./s3/index.ts";
import { createSageMaker, type SageMakerOptions } from "./sagemaker/index.ts";
import { createScheduler } from "./scheduler/index.ts";
import { administrator, type Call, type Cloud, type Service } from "./service.ts";
import { createSes } from "./ses.ts";
import { createSns } from "./sns/index.ts";
import { createSqs } from "./sqs/index.ts";
import { createSsm } from "./ssm.ts";
import { createStates } from "./states/index.ts";
import { createSts } from "./sts.ts";
import { Wakes } from "./wakes.ts";

export interface CloudOptions {
  /** State folder: the store, and in `files/` what is too large for it. Made when missing. */
  directory: string;
  /** Region of every resource. Default `us-east-1`. */
  region?: string;
  /** Twelve digits. Default `000000000000`. */
  accountId?: string;
  /** Port of the AWS endpoint on 127.0.0.1. Default 4566; 0 takes a free one. */
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

/** What a service's factory is given besides the cloud. */
export interface ServiceSetup {
  options: Required<CloudOptions>;
  directory: Directory;
  authorizer: Authorizer;
  /** Who polls a stream or queue is woken by what writes to it. */
  wakes: Wakes;
}

/** Every service, one line each. */
const factories: ((cloud: Cloud, setup: ServiceSetup) => Service)[] = [
  (cloud, { directory, authorizer }) => createIam(cloud, directory, authorizer),
  (cloud, { directory }) => createSts(cloud, directory),
  (cloud) => createLogs(cloud),
  (cloud, { options, wakes }) =>
    withEventSources(cloud, wakes, (parts) => createLambda(cloud, { ...options.lambda, ...parts })),
  (cloud, { options, authorizer, directory }) =>
    createApiGateway(cloud, { port: options.apiPort, authorizer, directory }),
  (cloud, { wakes }) => createDynamoDb(cloud, wakes),
  (cloud, { wakes, options }) => createSqs(cloud, wakes, { clock: options.deploymentClock }),
  (cloud) => createSns(cloud),
  (cloud) => createStates(cloud),
  (cloud, { options }) => createCodeDeploy(cloud, { clock: options.deploymentClock }),
  (cloud) => createS3(cloud),
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

export interface LocalCloud {
  cloud: Cloud;
  /** By name, as `cloud.call` knows them. */
  services: ReadonlyMap<string, Service>;
  /** `http://localhost:3000`: where the routes of deployed APIs answer. */
  readonly apiOrigin: string;
  /** Starts the services and the endpoint. @returns its origin, `http://127.0.0.1:4566`. */
  listen(): Promise<string>;
  /** Stops the endpoint, then every service; nothing is left running. May be called twice. */
  close(): Promise<void>;
}

export function createCloud(given: CloudOptions): LocalCloud {
  const options = {
    region: "us-east-1",
    accountId: "000000000000",
    awsPort: 4566,
    apiPort: 3000,
    deploymentClock: 1,
    lambda: {},
    images: {},
    workingDirectory: process.cwd(),
    sagemaker: {},
    ...given,
  };
  const { region, accountId } = options;
  const files = join(options.directory, "files");
  mkdirSync(files, { recursive: true });
  const store = new Store(options.directory);
  const directory = new Directory(store);
  const authorizer = new Authorizer(directory, region, accountId);
  const sessions = new ServiceSessions(directory, authorizer, accountId);
  const services = new Map<string, Service>();
  const root = administrator(accountId);
  let front: Front | undefined;

  const dispatch = async (call: Call, input: object): Promise<object> => {
    const operation = operationOf(services.get(call.service), call.operation);
    if (!operation) throw unknownOperation(call.service, call.operation);
    authorizer.authorize(call, await operation.access(input, call));
    return operation.run(input, call);
  };

  const cloud: Cloud = {
    region,
    accountId,
    store,
    directory: files,
    get origin() {
      if (!front) throw new Error("the local cloud does not listen yet");
      return front.origin;
    },
    get apiOrigin() {
      return (services.get("apigateway") as ApiGateway).origin;
    },
    async call<Output>(service: string, operation: string, input: object, principal = root, signal?: AbortSignal) {
      const requestId = randomUUID();
      return dispatch(
        { service, operation, principal, region, accountId, requestId, ...(signal && { signal }) },
        input,
      ) as Output;
    },
    authorize: (call, access) => authorizer.authorize(call, access),
    assumeRole: async (roleArn, service, sessionName) => sessions.assume(roleArn, service, sessionName),
  };

  const wakes = new Wakes();
  for (const create of factories) {
    const service = create(cloud, { options, directory, authorizer, wakes });
    services.set(service.name, service);
  }

  let sweeping: NodeJS.Timeout | undefined;
  let listening: Promise<string> | undefined;
  let closing: Promise<void> | undefined;
  return {
    cloud,
    services,
    get apiOrigin() {
      return cloud.apiOrigin;
    },
    listen() {
      listening ??= (async () => {
        directory.sweep();
        sweeping = setInterval(() => directory.sweep(), 3_600_000).unref();
        front = await createFront({ cloud, services, directory, dispatch, port: options.awsPort });
        await Promise.all([...services.values()].map((service) => service.start?.()));
        front.open();
        return front.origin;
      })();
      return listening;
    },
    close() {
      closing ??= (async () => {
        // What is still starting could not be stopped: a service would open after it was closed.
        await listening?.catch(() => {});
        clearInterval(sweeping);
        await front?.close();
        await Promise.allSettled([...services.values()].map((service) => service.stop?.()));
        store.close();
      })();
      return closing;
    },
  };
}
