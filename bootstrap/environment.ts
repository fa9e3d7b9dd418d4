import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Policy, Role, RolePolicy, RolePolicyAttachment } from "@pulumi/aws/iam";
import { Key } from "@pulumi/aws/kms";
import { all, type Input, interpolate, type Output } from "@pulumi/pulumi";
import { parse } from "yaml";
import { boundaryStatements } from "./boundary.ts";
import { deployStatements, packed } from "./deployPolicy.ts";
import { document, type GitHub, gitHubTrust } from "./gitHub.ts";
import { type Place, pathOf } from "./place.ts";
import { readStatements } from "./readPolicy.ts";
import type { State } from "./stateBucket.ts";
import { stateStatements } from "./statePolicy.ts";

/** The program that the roles deploy. */
const project: string = parse(readFileSync(join(__dirname, "../Pulumi.yaml"), "utf8")).name;

/** What one environment, that is one stack of the program, has of its own. */
export interface Environment {
  name: string;
  /** For `pulumi stack init --secrets-provider`. */
  secretsProvider: Output<string>;
  /** For config `permissionsBoundaryArn` of the stack. */
  boundaryArn: Output<string>;
  /** What its policies are written for. */
  place: Output<Place>;
}

/** Policies that a role's statements are put into. Unused ones stay empty, so that their number is known beforehand. */
const policies = 3;

/** A key for the secrets in the environment's state, and the boundary of its roles. */
export function createEnvironment(name: string, state: State, bucketPrefixes: string[]): Environment {
  const region = getRegionOutput().region;
  const key = new Key(
    `secrets-${name}`,
    { description: `Secrets in Pulumi's state of stack ${name}`, enableKeyRotation: true, deletionWindowInDays: 30 },
    { protect: true },
  );
  const unbounded = all([getCallerIdentityOutput().accountId, region, state.bucket.arn, state.key.arn, key.arn]).apply(
    ([account, region, stateBucket, stateKey, secretsKey]) => ({
      ...{ account, region, project, environment: name, stateBucket, stateKey, secretsKey },
      bucketPrefixes,
    }),
  );
  const boundary = new Policy(`boundary-${name}`, {
    path: unbounded.apply(pathOf),
    description: `The most that roles of stack ${name} can do`,
    policy: unbounded.apply((place) => document(boundaryStatements(place))),
  });
  return {
    name,
    secretsProvider: interpolate`awskms://${key.keyId}?region=${region}`,
    boundaryArn: boundary.arn,
    place: all([unbounded, boundary.arn]).apply(([known, boundary]): Place => ({ ...known, boundary })),
  };
}

/** The role that deploys, refreshes and destroys the environment's stack: for workflows in GitHub's environment of that name. */
export function createDeployRole({ name, place }: Environment, provider: Input<string>, github: GitHub): Role {
  const role = new Role(`deploy-${name}`, {
    description: `Deploys stack ${name} from ${github.repository}`,
    assumeRolePolicy: gitHubTrust(provider, github, `environment:${name}`),
  });
  for (let index = 0; index < policies; index++) {
    const policy = new Policy(`deploy-${name}-${index + 1}`, {
      description: `What deploying stack ${name} needs, part ${index + 1} of ${policies}`,
      policy: place.apply((known) => document(part(known, index))),
    });
    new RolePolicyAttachment(`deploy-${name}-${index + 1}`, { role: role.name, policyArn: policy.arn });
  }
  return role;
}

/** @throws where the statements need more policies than there are. */
function part(place: Place, index: number) {
  const parts = packed(deployStatements(place));
  if (parts.length > policies) throw new Error(`The deploy role needs ${parts.length} policies; there are ${policies}`);
  // A policy has a statement at least.
  return parts[index] ?? [{ Effect: "Allow", Action: "sts:GetCallerIdentity", Resource: "*" }];
}

/** The role that looks what a deployment would change, and what has drifted: for GitHub's environment `NAME-preview`. */
export function createReadRole({ name, place }: Environment, provider: Input<string>, github: GitHub): Role {
  const role = new Role(`read-${name}`, {
    description: `Previews and refreshes of stack ${name} from ${github.repository}: reads, and locks its state`,
    assumeRolePolicy: gitHubTrust(provider, github, `environment:${name}-preview`),
  });
  new RolePolicy(`read-${name}`, {
    role: role.id,
    policy: place.apply((known) => document([...readStatements(known), ...stateStatements(known, "lock")])),
  });
  return role;
}
