import type { Bucket } from "@pulumi/aws/s3";
import { type Input, interpolate, type Output, type Resource } from "@pulumi/pulumi";
import { CodeFunction, type CodeFunctionArgs } from "../codeFunction.ts";
import type { ExecutionRole } from "../function/executionRole.ts";
import type { Binding, Statement } from "../function/statement.ts";
import { resourceTags } from "../resourceTags.ts";
import type { RecommenderHandlers, ServingArgs, TrainingArgs } from "./args.ts";
import type { BucketPrefixes } from "./grants.ts";
import { isScaled, servingSettings, trainingSettings } from "./machines.ts";
import { type Place, rights } from "./rights.ts";

interface FunctionSettings {
  handlers: RecommenderHandlers;
  place: Place;
  bucket: Bucket;
  prefixes: BucketPrefixes;
  image: Output<string>;
  /** What jobs and endpoints act as. */
  roles: Record<"training" | "serving", ExecutionRole>;
  training: TrainingArgs;
  serving: ServingArgs;
  maximumEndpoints: number;
  encryptionKeyArn: Input<string> | undefined;
  logRetention: Input<number> | undefined;
}

/** Routes' functions, by path. */
export const externalFunctions = ["train", "deploy", "invoke", "status", "undeploy"] as const;
export type ExternalFunction = (typeof externalFunctions)[number];

/** Everything that runs in the recommender, each function with what it needs and no more. */
export class RecommenderFunctions {
  readonly #name: string;
  readonly #settings: FunctionSettings;
  readonly #parent: Resource;

  constructor(name: string, settings: FunctionSettings, parent: Resource) {
    this.#name = name;
    this.#settings = settings;
    this.#parent = parent;
  }

  /** The five external functions. */
  createExternal(): Record<ExternalFunction, CodeFunction> {
    const { place, training, serving } = this.#settings;
    const external = (label: ExternalFunction, description: string, more: Partial<CodeFunctionArgs>) =>
      this.#create(label, description, {
        // The gateway's 29 seconds, less its own second.
        timeout: 28,
        memory: 512,
        ...more,
        bindings: { BUCKET: this.#batches(), ...more.bindings },
      });
    const removal = [...rights.remove(place), ...(isScaled(serving) ? rights.endScaling(place) : [])];
    return {
      train: external("train", "train_and_get_recommendations: starts a training job", {
        environment: { ...this.#image(), TRAINING: trainingSettings(training) },
        bindings: {
          NAME_PREFIX: this.#prefix(rights.startJobs(place)),
          EXECUTION_ROLE_ARN: this.#role("training"),
          ...this.#key(),
        },
      }),
      deploy: external("deploy", "deploy_model: makes or updates an endpoint", {
        environment: {
          ...this.#image(),
          SERVING: servingSettings(serving),
          MAXIMUM_ENDPOINTS: String(this.#settings.maximumEndpoints),
        },
        bindings: {
          NAME_PREFIX: this.#prefix([...rights.make(place), ...rights.listEndpoints(), ...removal]),
          EXECUTION_ROLE_ARN: this.#role("serving"),
          ...this.#key(),
        },
      }),
      invoke: external("invoke", "invoke_model: asks endpoints for ratings", {
        memory: 1_024,
        bindings: { NAME_PREFIX: this.#prefix(rights.call(place)) },
      }),
      status: external("status", "model_status: of a training job or an endpoint", {
        bindings: { NAME_PREFIX: this.#prefix(rights.look(place)) },
      }),
      undeploy: external("undeploy", "undeploy_model: removes an endpoint", {
        bindings: { NAME_PREFIX: this.#prefix(removal) },
      }),
    };
  }

  /** Starts the training that a schedule asks for. */
  createRetrain(): CodeFunction {
    const { place, training, bucket } = this.#settings;
    return this.#create("retrain", "Trains again, by a schedule", {
      environment: { ...this.#image(), BUCKET: bucket.bucket, TRAINING: trainingSettings(training) },
      bindings: {
        NAME_PREFIX: this.#prefix(rights.startJobs(place)),
        EXECUTION_ROLE_ARN: this.#role("training"),
        ...this.#key(),
      },
      asynchronous: {},
    });
  }

  /** Removes endpoints that nobody calls, and all of them as the stack is destroyed. */
  createSweep(): CodeFunction {
    const { place, serving } = this.#settings;
    return this.#create("sweep", "Removes endpoints that nobody needs", {
      // An endpoint that is being made is waited for, but not for longer than a connection may be silent on its way
      // through a NAT gateway (350 s): the answer would be lost, and `destroy` wait for it.
      timeout: 300,
      bindings: {
        NAME_PREFIX: this.#prefix([
          ...rights.remove(place),
          ...rights.listEndpoints(),
          ...rights.stopJobs(place),
          ...rights.removeLogs(place),
          ...rights.readMetrics(),
          ...(isScaled(serving) ? rights.endScaling(place) : []),
        ]),
      },
      asynchronous: {},
    });
  }

  /** Hears from SageMaker what becomes of jobs and endpoints. */
  createObserve(): CodeFunction {
    const { place, serving } = this.#settings;
    return this.#create("observe", "Counts what fails in SageMaker, and has endpoints scaled", {
      environment: { SERVING: servingSettings(serving) },
      bindings: { NAME_PREFIX: this.#prefix(isScaled(serving) ? rights.scale(place) : []) },
      asynchronous: {},
    });
  }

  #create(label: keyof RecommenderHandlers, description: string, args: Partial<CodeFunctionArgs>): CodeFunction {
    const { handlers, prefixes, logRetention } = this.#settings;
    return new CodeFunction(
      `${this.#name}-${label}`,
      {
        ...args,
        description,
        entry: handlers[label],
        environment: { PREFIXES: JSON.stringify(prefixes), ...args.environment },
        ...(logRetention !== undefined && { logRetention }),
      } as CodeFunctionArgs,
      { parent: this.#parent },
    );
  }

  #image() {
    return { IMAGE_URI: this.#settings.image, RESOURCE_TAGS: JSON.stringify(resourceTags()) };
  }

  #prefix(statements: Statement[]): Binding {
    return { value: this.#settings.place.prefix, statements };
  }

  #role(kind: "training" | "serving"): Binding {
    const { arn } = this.#settings.roles[kind].role;
    return { value: arn, statements: rights.passRole(arn) };
  }

  #key(): Record<string, Binding> {
    const { encryptionKeyArn: value } = this.#settings;
    return value === undefined ? {} : { KMS_KEY_ARN: { value, statements: rights.useKey(value) } };
  }

  /** Batches that are not finished wait in the bucket; to learn that there is none takes the right to list. */
  #batches(): Binding {
    const { bucket } = this.#settings;
    return {
      value: bucket.bucket,
      statements: [
        {
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:PutObject"],
          Resource: [interpolate`${bucket.arn}/${batchesPrefix}*`],
        },
        {
          Effect: "Allow",
          // Without a condition on the prefix: a request for an object has none, and would be forbidden instead of not found.
          Action: ["s3:ListBucket"],
          Resource: [bucket.arn],
        },
      ],
    };
  }
}

/** Where batches wait that are not finished; a day is more than Snowflake ever asks for one. */
export const batchesPrefix = "batches/";
