import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import type { Bucket } from "@pulumi/aws/s3";
import { ComponentResource, type ComponentResourceOptions, type Output, output } from "@pulumi/pulumi";
import type { ApiWithLambdas } from "./apiWithLambdas.ts";
import { createBucket } from "./bucket.ts";
import type { CodeFunction } from "./codeFunction.ts";
import { createContainerImage } from "./containerImage.ts";
import { createSweepOnDestroy } from "./function/sweepOnDestroy.ts";
import { runtimePrefix } from "./naming.ts";
import type { Observed } from "./observability/args.ts";
import { createRecommenderApi, routeKeys } from "./recommender/api.ts";
import { defaultHandlers, type SnowflakeRecommenderArgs } from "./recommender/args.ts";
import { batchesPrefix, type ExternalFunction, RecommenderFunctions } from "./recommender/functions.ts";
import { createObservation } from "./recommender/observation.ts";
import { observedOf } from "./recommender/observed.ts";
import { createIdleSchedule, createRetrainSchedule } from "./recommender/schedules.ts";
import { recommenderRules } from "./recommender/validate.ts";
import { SnowflakeIntegrationRoles } from "./snowflakeIntegrationRoles.ts";
import { validate } from "./validation.ts";

export type {
  MachineArgs,
  RetrainArgs,
  ServerlessArgs,
  ServingArgs,
  SnowflakeRecommenderArgs,
  TrainingArgs,
} from "./recommender/args.ts";

/**
 * A recommender for Snowflake: external functions that train, deploy and ask models in SageMaker, callable by Snowflake's
 * role alone; the bucket that ratings, models and recommendations pass through; and nothing that bills left behind.
 *
 * @example
 * const recommender = new SnowflakeRecommender("recommender", {
 *   api: { iamUserArn: config.get("apiAwsIamUserArn"), externalId: config.get("apiAwsExternalId") },
 *   removeIdleAfter: 12,
 * });
 * export const recommenderUrl = recommender.url;
 */
export class SnowflakeRecommender extends ComponentResource {
  readonly api: ApiWithLambdas;
  readonly bucket: Bucket;
  readonly roles: SnowflakeIntegrationRoles;
  readonly functions: Record<ExternalFunction | "observe" | "sweep", CodeFunction>;
  /** For `Observability`. */
  readonly observed: Observed;
  /** The API's URL; functions are at `/train`, `/deploy`, `/invoke`, `/status` and `/undeploy`. */
  readonly url: Output<string>;
  readonly imageUri: Output<string>;
  /** What the names of all that functions make in SageMaker begin with. */
  readonly namePrefix: string;

  constructor(name: string, args: SnowflakeRecommenderArgs = {}, opts?: ComponentResourceOptions) {
    validate(`SnowflakeRecommender "${name}"`, recommenderRules(name, args));
    super("dsp:index:SnowflakeRecommender", name, {}, opts);
    const { training = {}, serving = {}, retrain, removeIdleAfter, definition, logRetention } = args;

    this.namePrefix = runtimePrefix(name);
    this.imageUri = args.image === undefined ? buildImage(name, this) : output(args.image);
    this.bucket = createBucket(`${name}-data`, { lifecycle: [forgetBatches] }, this);
    this.roles = createRoles(name, { ...args, bucket: this.bucket, image: this.imageUri }, this);
    const functions = new RecommenderFunctions(
      name,
      {
        handlers: { ...defaultHandlers, ...args.handlers },
        place: {
          region: getRegionOutput({}, { parent: this }).region,
          accountId: getCallerIdentityOutput({}, { parent: this }).accountId,
          prefix: this.namePrefix,
        },
        bucket: this.bucket,
        prefixes: this.roles.prefixes,
        image: this.imageUri,
        roles: this.roles,
        training,
        serving,
        maximumEndpoints: args.maximumEndpoints ?? 20,
        encryptionKeyArn: args.encryptionKeyArn,
        logRetention,
      },
      this,
    );
    const external = functions.createExternal();
    const [observe, sweep] = [functions.createObserve(), functions.createSweep()];
    const retraining = retrain && functions.createRetrain();

    this.api = createRecommenderApi(
      name,
      { functions: external, caller: this.roles.externalFunction, definition },
      this,
    );
    this.roles.allowInvoke(this.api.executionArn, this.api.stage.stageName, routeKeys);
    createObservation(name, this.namePrefix, observe, this);
    createSweepOnDestroy(name, { sweep, after: [this.roles, this.bucket, ...Object.values(external)] }, this);
    if (retrain && retraining) createRetrainSchedule(name, { ...retrain, target: retraining }, this);
    if (removeIdleAfter !== undefined) createIdleSchedule(name, { hours: removeIdleAfter, target: sweep }, this);

    this.functions = { ...external, observe, sweep };
    const { api, functions: made, namePrefix } = this;
    this.observed = observedOf(name, { api, functions: made, namePrefix, retrain: retraining });
    this.url = this.api.url;
    this.registerOutputs({ url: this.url, imageUri: this.imageUri });
  }
}

/** awsx has Docker's builder make no attestation of the build, which SageMaker would not take. */
const buildImage = (name: string, parent: SnowflakeRecommender): Output<string> =>
  createContainerImage(name, { dockerfile: "containers/recommender/Dockerfile" }, parent);

const forgetBatches = {
  id: "batches",
  status: "Enabled",
  filter: { prefix: batchesPrefix },
  expiration: { days: 1 },
};

const createRoles = (
  name: string,
  {
    bucket,
    image,
    encryptionKeyArn,
    api,
    storage,
  }: SnowflakeRecommenderArgs & { bucket: Bucket; image: Output<string> },
  parent: SnowflakeRecommender,
): SnowflakeIntegrationRoles =>
  new SnowflakeIntegrationRoles(
    name,
    {
      bucket,
      image,
      namePrefix: `${runtimePrefix(name)}-`,
      ...(encryptionKeyArn !== undefined && { encryptionKeyArn }),
      ...(api && { api }),
      ...(storage && { storage }),
    },
    { parent },
  );
