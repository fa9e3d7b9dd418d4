import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import type { Bucket } from "@pulumi/aws/s3";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  interpolate,
  jsonStringify,
  type Output,
  output,
} from "@pulumi/pulumi";
import { pullStatements } from "./containerImage.ts";
import { createExecutionRole, type ExecutionRole } from "./function/executionRole.ts";
import type { Statement } from "./function/statement.ts";
import { parseRoute, type RouteKey, routeResource } from "./openapi/route.ts";
import { type BucketPrefixes, servingStatements, storageStatements, trainingStatements } from "./recommender/grants.ts";
import { established, type SnowflakeTrust, type TrustState, trustPolicy, trustRules } from "./recommender/trust.ts";
import { matches, type Rule, validate } from "./validation.ts";

export type { BucketPrefixes } from "./recommender/grants.ts";
export type { SnowflakeTrust, TrustState } from "./recommender/trust.ts";

export interface SnowflakeIntegrationRolesArgs {
  /** Bucket that data, models and recommendations pass through. */
  bucket: Bucket;
  /**
   * Prefixes of the bucket by who uses them, each with its slash at the end.
   * @default { training: "training/", models: "models/", recommendations: "recommendations/" }
   */
  prefixes?: Partial<BucketPrefixes>;
  /**
   * What the names of training jobs and endpoints begin with: logs of others are none of theirs.
   * @default "": every name
   * @example "dev-recommender-"
   */
  namePrefix?: string;
  /**
   * URI of the image that SageMaker runs: its roles may pull it from its repository.
   * @default none: nothing is pulled from ECR
   */
  image?: Input<string>;
  /**
   * ARN of the key that models are encrypted with.
   * @default none: the bucket's own
   */
  encryptionKeyArn?: Input<string>;
  /**
   * Whom the API integration acts as. Left out until `DESCRIBE INTEGRATION` shows it: the role trusts this account.
   * @default none: pending
   */
  api?: Partial<SnowflakeTrust>;
  /**
   * Whom the storage integration is, likewise.
   * @default none: pending
   */
  storage?: Partial<SnowflakeTrust>;
}

/**
 * The roles between AWS and Snowflake, each with what it needs and no more: those of SageMaker's training jobs and of its
 * endpoints, the role that the API integration assumes, the role that the storage integration assumes.
 *
 * Trust takes two steps, since the roles' ARNs make the integrations, and the integrations say whom to trust: first
 * this account, then, with the pairs of `DESCRIBE INTEGRATION` in the configuration, exactly that user with that id.
 *
 * @example
 * const roles = new SnowflakeIntegrationRoles("recommender", { bucket, api: config.getObject("snowflakeApi") });
 * roles.allowInvoke(api.executionArn, "Prod", ["POST /train"]);
 */
export class SnowflakeIntegrationRoles extends ComponentResource {
  /** What training jobs act as. */
  readonly training: ExecutionRole;
  /** What endpoints act as. */
  readonly serving: ExecutionRole;
  /** What the API integration assumes: `API_AWS_ROLE_ARN`. */
  readonly externalFunction: Role;
  /** What the storage integration assumes: `STORAGE_AWS_ROLE_ARN`. */
  readonly storage: ExecutionRole;
  /** `established` when both pairs are configured. */
  readonly trust: TrustState;
  readonly trainingRoleArn: Output<string>;
  readonly servingRoleArn: Output<string>;
  readonly externalFunctionRoleArn: Output<string>;
  readonly storageRoleArn: Output<string>;
  readonly prefixes: BucketPrefixes;
  readonly #name: string;

  constructor(name: string, args: SnowflakeIntegrationRolesArgs, opts?: ComponentResourceOptions) {
    validate(`SnowflakeIntegrationRoles "${name}"`, rolesRules(args));
    super("dsp:index:SnowflakeIntegrationRoles", name, {}, opts);
    this.#name = name;
    const prefixes = { ...defaultPrefixes, ...args.prefixes };
    const { bucket, image } = args;
    const [api, storage] = [established(args.api), established(args.storage)];
    const { accountId } = getCallerIdentityOutput({}, { parent: this });
    const { region } = getRegionOutput({}, { parent: this });
    const trustedBy = (trust: SnowflakeTrust | undefined) =>
      accountId.apply((account) => JSON.stringify(trustPolicy(trust, account)));

    const { namePrefix = "", encryptionKeyArn: keyArn } = args;
    const execution = { bucket, prefixes, region, accountId, namePrefix, keyArn };
    const createSageMakerRole = (label: string, statements: Statement[]) =>
      createExecutionRole(
        `${name}-${label}`,
        "sagemaker.amazonaws.com",
        image === undefined ? statements : pullStatements(output(image)).apply((pull) => [...statements, ...pull]),
        this,
      );

    this.prefixes = prefixes;
    this.training = createSageMakerRole("training", trainingStatements(execution));
    // Under the name that endpoints know which are there already.
    this.serving = createSageMakerRole("sagemaker", servingStatements(execution));
    this.externalFunction = new Role(
      `${name}-external-function`,
      { description: "Snowflake's API integration", assumeRolePolicy: trustedBy(api) },
      { parent: this },
    );
    const role = new Role(
      `${name}-storage`,
      { description: "Snowflake's storage integration", assumeRolePolicy: trustedBy(storage) },
      { parent: this },
    );
    const policy = new RolePolicy(
      `${name}-storage-policy`,
      {
        role: role.name,
        policy: jsonStringify({ Version: "2012-10-17", Statement: storageStatements(bucket, prefixes) }),
      },
      { parent: this },
    );
    this.storage = { role, policy };
    this.trust = api && storage ? "established" : "pending";
    this.trainingRoleArn = this.training.role.arn;
    this.servingRoleArn = this.serving.role.arn;
    this.externalFunctionRoleArn = this.externalFunction.arn;
    this.storageRoleArn = role.arn;
    this.registerOutputs({ trust: this.trust });
  }

  /**
   * Lets the external function role call exactly these routes. It comes after the API, whose policy names the role.
   * @param executionArn the API's, `arn:aws:execute-api:REGION:ACCOUNT:API`.
   */
  allowInvoke(executionArn: Input<string>, stageName: Input<string>, routes: RouteKey[]): RolePolicy {
    const Resource = routes.map(
      (route) => interpolate`${executionArn}/${stageName}/${routeResource(parseRoute(route))}`,
    );
    return new RolePolicy(
      `${this.#name}-external-function-policy`,
      {
        role: this.externalFunction.name,
        policy: jsonStringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: ["execute-api:Invoke"], Resource }],
        }),
      },
      { parent: this },
    );
  }
}

const defaultPrefixes: BucketPrefixes = {
  training: "training/",
  models: "models/",
  recommendations: "recommendations/",
};

const rolesRules = ({ api, storage, prefixes = {} }: SnowflakeIntegrationRolesArgs): Rule[] => [
  ...trustRules("api", api),
  ...trustRules("storage", storage),
  ...Object.entries(prefixes).map(([key, prefix]) =>
    matches(`prefixes.${key}`, prefix, /^([\w.-]+\/)+$/, "a prefix such as training/, with a slash at its end"),
  ),
];
