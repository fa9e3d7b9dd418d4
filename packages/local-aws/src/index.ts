/**
 * The one-machine AWS: one account, its regions, and the endpoint before them. Every call, whether in process or over the
 * wire, passes IAM.
 */

import { join } from "node:path";
import { Authorizer } from "./authorization/authorizer.ts";
import { Directory } from "./authorization/directory.ts";
import { ServiceSessions } from "./authorization/serviceSessions.ts";
import { Console } from "./console/index.ts";
import { ContainerCredentials } from "./containers/credentials.ts";
import { Faults } from "./faults/injector.ts";
import { createFront, type Front } from "./front/index.ts";
import { mailsAfter } from "./mail.ts";
import { Regions } from "./regions.ts";
import type { OpenCloud, Services } from "./service.ts";
import { CognitoIssuer } from "./services/apigateway/execution/authorization/cognito.ts";
import { DataPlane } from "./services/apigateway/execution/server.ts";
import { RuntimeApi } from "./services/lambda/execution/runtimeApi.ts";
import { XrayDaemon } from "./services/xray/daemon.ts";
import type { CloudOptions } from "./services.ts";
import { openState } from "./state.ts";
import { Wakes } from "./wakes.ts";

export {
  type Activity,
  activityChannel,
  type BatchActivity,
  type DeliveryActivity,
  type DeniedActivity,
  type ExecutionActivity,
  type ExitActivity,
  type FaultActivity,
  type InvocationActivity,
  type RequestActivity,
  type ThrottleActivity,
} from "./activity.ts";
export { isRegion } from "./arn.ts";
export type { ConsoleSource } from "./console/index.ts";
export type { Images } from "./containers/images.ts";
export type { Fault, FaultStatus } from "./faults/injector.ts";
export type { FaultPlan, FaultRule } from "./faults/plan.ts";
export { type Mail, mailChannel } from "./mail.ts";
export type { DynamoDb } from "./services/dynamodb/index.ts";
export type { NotebookActivity, NotebookReport } from "./services/sagemaker/notebooks/report.ts";
export type { CloudOptions } from "./services.ts";
export { StateError } from "./state.ts";

export interface LocalCloud {
  /** In the region that was given. */
  cloud: OpenCloud;
  /** The services of that region, by name, as `cloud.call` takes it. */
  services: Services;
  /** `http://localhost:3000`: where the routes of deployed APIs answer. */
  readonly apiOrigin: string;
  /** Opens the console, with the token of this start; none where no console was given. Known once it listens. */
  readonly consoleUrl: string | undefined;
  /** Starts the services and the endpoint. @returns its origin, `http://127.0.0.1:4566`. */
  listen(): Promise<string>;
  /** Stops the endpoint, then every service; nothing is left running. May be called twice. */
  close(): Promise<void>;
}

/** @throws StateError when the state folder belongs to a newer version or to another account. */
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
    emrServerless: {},
    jupyter: [],
    tools: join(given.directory, "tools"),
    ...given,
  };
  const { region, accountId } = options;
  const state = openState(options.directory, region, accountId);
  const directory = new Directory(state.store);
  const authorizer = new Authorizer(directory, region, accountId);
  const cognito = new CognitoIssuer({ store: state.store, region: state.home });
  const plane = new DataPlane(options.apiPort, cognito);
  const runtimeApi = new RuntimeApi();
  let front: Front | undefined;
  const origin = (): string => {
    if (!front) throw new Error("the local cloud does not listen yet");
    return front.origin;
  };
  const containerCredentials = new ContainerCredentials(origin);
  const regions = new Regions({
    options,
    state,
    directory,
    authorizer,
    sessions: new ServiceSessions(directory, authorizer, accountId),
    wakes: new Wakes(),
    plane,
    cognito,
    runtimeApi,
    containerCredentials,
    faults: new Faults(),
    origin,
    xrayAddress: (): string | undefined => daemon?.address,
  });
  const { cloud, services } = regions.get(region);
  const daemon = options.xrayPort === undefined ? undefined : new XrayDaemon(cloud);

  const pages = given.console && new Console(cloud, services, given.console);
  let sweeping: NodeJS.Timeout | undefined;
  let listening: Promise<string> | undefined;
  let closing: Promise<void> | undefined;
  return {
    cloud,
    services,
    get apiOrigin() {
      return plane.origin;
    },
    get consoleUrl() {
      return pages?.url;
    },
    listen() {
      listening ??= (async () => {
        directory.sweep();
        sweeping = setInterval(() => directory.sweep(), 3_600_000).unref();
        front = await createFront({
          regions,
          directory,
          processes: [runtimeApi, containerCredentials],
          mails: (after) => mailsAfter(state.store, after),
          accountId,
          ...(pages && { console: pages }),
          cognito,
          defaultRegion: region,
          port: options.awsPort,
        });
        await daemon?.listen(options.xrayPort as number);
        // Work that resumes immediately may need to know where APIs are.
        await plane.listen();
        await regions.start();
        front.open();
        return front.origin;
      })();
      return listening;
    },
    close() {
      closing ??= (async () => {
        // Services that are still starting cannot be stopped: one could open after it was closed.
        await listening?.catch(() => {});
        clearInterval(sweeping);
        daemon?.close();
        pages?.close();
        await front?.close();
        await plane.close();
        await regions.stop();
      })();
      return closing;
    },
  };
}
