/**
 * AWS Lambda on one machine. Functions run in threads and processes (see `execution/`), everything else is its
 * API as documented: https://docs.aws.amazon.com/lambda/latest/api/Welcome.html
 *
 * Event source mappings (`eventSources/`) have their own table of operations, which is passed to
 * {@link createLambda} and served under the same name.
 */
import type { Directory } from "../../authorization/directory.ts";
import type { HttpSites } from "../../http/site.ts";
import type { Operations } from "../../operations.ts";
import type { Cloud, Service } from "../../service.ts";
import { AsyncQueue } from "./asyncQueue.ts";
import { CodeSite } from "./codeSite.ts";
import type { Lambda } from "./context.ts";
import { Concurrency } from "./execution/concurrency.ts";
import { Fleet } from "./execution/fleet.ts";
import type { RuntimeApi } from "./execution/runtimeApi.ts";
import { EnvironmentStarter } from "./execution/starter.ts";
import type { ImageOptions } from "./images.ts";
import { Invoker } from "./invoker.ts";
import { Layers } from "./layers.ts";
import { InvocationMetrics, type MetricSink, monitoringSink } from "./metrics.ts";
import { Arns } from "./names.ts";
import { aliasOperations } from "./operations/aliases.ts";
import { codeSigningOperations } from "./operations/codeSigning.ts";
import { concurrencyOperations } from "./operations/concurrency.ts";
import { deletionOperations, usedPackages } from "./operations/deletion.ts";
import { eventInvokeConfigOperations } from "./operations/eventInvokeConfigs.ts";
import { functionOperations } from "./operations/functions.ts";
import { invokeOperations } from "./operations/invoke.ts";
import { layerPermissionOperations } from "./operations/layerPermissions.ts";
import { layerOperations } from "./operations/layers.ts";
import { permissionOperations } from "./operations/permissions.ts";
import { recursionOperations } from "./operations/recursion.ts";
import { type Tagged, tagOperations } from "./operations/tags.ts";
import { urlOperations } from "./operations/urls.ts";
import { Packages } from "./packages.ts";
import { PythonRuntimes } from "./python/runtime.ts";
import type { VersionRecord } from "./records.ts";
import { Registry } from "./registry.ts";
import { RoleSessions } from "./roleSessions.ts";
import { Targets } from "./targets.ts";
import { InvocationTraces } from "./traces.ts";
import { URL_PATH, UrlSite } from "./urlSite.ts";

export interface LambdaOptions {
  /** Milliseconds after which an idle environment is ended. Default five minutes. */
  idleMs?: number;
  /** Environments beyond this number end as soon as they are idle. Default 64. */
  maxEnvironments?: number;
  /** Concurrent requests of the account. Default 1,000, as on AWS. */
  concurrency?: number;
  /** Factor of the waiting times between attempts of an asynchronous request. Default 1: a minute, then two. */
  asyncDelayScale?: number;
  /** Where metrics go. Default: `PutMetricData` of the service `monitoring`. */
  metrics?: MetricSink;
  /** Further operations of the Lambda API, above all those of event source mappings. */
  operations?: Operations<"lambda">;
  /** Other tagged resources, by ARN. */
  tagged?: (arn: string) => Tagged | undefined;
}

/** What the service shares with other parts of the local cloud. */
export interface LambdaSurroundings {
  /** Where functions' URLs are answered. */
  sites: HttpSites;
  /** The keys that sign requests to them. */
  directory: Directory;
  /** Answered by the AWS endpoint. */
  runtimeApi: RuntimeApi;
  /** Folder of programs, where Python's runtime is installed. */
  tools: string;
  /** What is run in place of container images. */
  images: ImageOptions;
}

export function createLambda(
  cloud: Cloud,
  { runtimeApi, tools, images, sites, directory }: LambdaSurroundings,
  options: LambdaOptions = {},
): Service {
  const {
    idleMs = 5 * 60_000,
    maxEnvironments = 64,
    concurrency: limit = 1000,
    asyncDelayScale: delayScale = 1,
  } = options;
  const arns = new Arns(cloud.region, cloud.accountId);
  const registry = new Registry(cloud.store, arns);
  const packages = new Packages(cloud);
  const layers = new Layers(cloud, packages);
  const concurrency = new Concurrency(registry, limit);
  const targets = new Targets(cloud, new RoleSessions(cloud));
  const metrics = new InvocationMetrics(options.metrics ?? monitoringSink(cloud));
  const pythons = new PythonRuntimes(tools);
  const starter = new EnvironmentStarter({ cloud, packages, layers, runtimeApi, pythons, images });
  const fleet = new Fleet(cloud, starter, { idleMs, maxEnvironments });
  const invoker = new Invoker(fleet, concurrency, metrics, new InvocationTraces(cloud));
  const queue = new AsyncQueue(cloud.store, registry, invoker, targets, { delayScale });
  registry.onVersionChange = (key, isNew) => {
    fleet.retire(key);
    const version = registry.versions.get(key);
    if (version) starter.warm(version, isNew ? "created" : "updated");
  };
  const preparing = (version: VersionRecord) => starter.preparing(version);
  const code = new CodeSite(packages, cloud.region, () => sites.origin);
  const codeUrl = (id: string) => code.url(id);
  const lambda: Lambda = { cloud, arns, registry, packages, layers, concurrency, targets, codeUrl, preparing };
  sites.addSite(new UrlSite(lambda, invoker, directory));
  sites.addSite(code);

  return {
    name: "lambda",
    shapes: () => import("@aws-sdk/client-lambda"),
    operations: {
      ...invokeOperations(lambda, invoker, queue),
      ...functionOperations(lambda),
      ...deletionOperations(lambda),
      ...aliasOperations(lambda),
      ...permissionOperations(lambda),
      ...concurrencyOperations(lambda),
      ...eventInvokeConfigOperations(lambda),
      ...layerOperations(lambda),
      ...codeSigningOperations(lambda),
      ...layerPermissionOperations(lambda),
      ...recursionOperations(lambda),
      ...urlOperations(lambda, (id) => `${sites.origin}${URL_PATH}${id}/`),
      ...tagOperations(lambda, options.tagged),
      ...options.operations,
    },
    async start() {
      await packages.start(usedPackages(lambda));
      for (const version of registry.versions.values()) starter.warm(version, "updated");
      fleet.start();
      queue.start();
    },
    async stop() {
      queue.stop();
      packages.close();
      await Promise.all([fleet.stop(), starter.close()]);
      await metrics.flush();
    },
  };
}
