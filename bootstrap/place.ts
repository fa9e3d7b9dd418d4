/** What policies are written for. */
export interface Place {
  account: string;
  region: string;
  /** Project of the program, as its Pulumi.yaml says. */
  project: string;
  /** The environment, which is its stack's name. */
  environment: string;
  /** How the names of the program's buckets begin. */
  bucketPrefixes: string[];
  /** ARN of the policy that bounds the roles of the environment's stack. */
  boundary: string;
  /** ARN of the bucket that keeps the states. */
  stateBucket: string;
  /** ARN of the key that the bucket is encrypted with. */
  stateKey: string;
  /** ARN of the key that encrypts the secrets in the environment's state. */
  secretsKey: string;
}

export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Action: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Where an environment's boundary is in IAM, and every role of its stack: `/platform/eu-west-1/dev/`. */
export const pathOf = ({ region, environment }: Pick<Place, "region" | "environment">): string =>
  `/platform/${region}/${environment}/`;
