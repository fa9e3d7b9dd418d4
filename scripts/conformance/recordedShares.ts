/** What of a service's recorded answers comes out as AWS gave it. */
export interface RecordedShare {
  /** Least share of the tests of what is implemented that are equal, or close to it: percent. */
  equal: number;
  /** Most tests that fail because an operation or a feature is not there. */
  missing: number;
  /** Most answers of 5xx in tests that differ: those that AWS gives, too, where a test differs by something else. Default 0. */
  faults?: number;
  /** Whether the sample has it. Default false. */
  sample?: boolean;
}

/**
 * By service, as the folder of its tests is called. A figure only ever gets better: a change that makes one worse fails
 * conformance, one that makes it better raises it. Some percent less than was measured: on a busy machine the time
 * of a test runs out.
 */
export const recordedShares: Record<string, RecordedShare> = {
  // What a gateway says of functions and back ends that answer what it cannot pass on.
  apigateway: { equal: 88, missing: 2, faults: 12 },
  cloudwatch: { equal: 91, missing: 4 },
  dynamodb: { equal: 92, missing: 2 },
  events: { equal: 93, missing: 3 },
  iam: { equal: 93, missing: 3, sample: true },
  kms: { equal: 94, missing: 1, sample: true },
  lambda_: { equal: 87, missing: 13 },
  logs: { equal: 91, missing: 1 },
  s3: { equal: 87, missing: 1, sample: true },
  scheduler: { equal: 92, missing: 1 },
  secretsmanager: { equal: 86, missing: 1, sample: true },
  sns: { equal: 86, missing: 1, sample: true },
  sqs: { equal: 90, missing: 1 },
  stepfunctions: { equal: 95, missing: 6 },
  sts: { equal: 99, missing: 0 },
};
