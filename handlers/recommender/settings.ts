/** What the component tells its functions by environment variables. */

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is missing`);
  return value;
}

/** How many bytes a name in SageMaker may have. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html */
export const longestName = 63;

/** A training job's machine. */
interface TrainingSettings {
  instanceType: string;
  instanceCount: number;
  volumeGb: number;
  maxSeconds: number;
  /** Jobs of the stack at one time. */
  maximumJobs: number;
  hyperparameters: Record<string, string>;
}

/** What serves a model: machines of its own, as many as the load asks for up to `maxInstances`, or capacity by the call. */
type ServingSettings =
  | { instanceType: string; instanceCount: number; maxInstances: number; callsPerInstance: number }
  | { serverless: { memoryMb: number; maxConcurrency: number } };

export const settings = {
  /** `PREFIX-`: what the names of everything in SageMaker begin with, and what the functions are granted. */
  get prefix(): string {
    return `${required("NAME_PREFIX")}-`;
  },
  get bucket(): string {
    return required("BUCKET");
  },
  /** Prefixes of the bucket, each with its slash at the end. */
  get prefixes(): { training: string; models: string; recommendations: string } {
    return JSON.parse(required("PREFIXES"));
  },
  get image(): string {
    return required("IMAGE_URI");
  },
  /** Of the role that what the function makes, jobs or endpoints, acts as. */
  get executionRoleArn(): string {
    return required("EXECUTION_ROLE_ARN");
  },
  /** Of the key that disks and models are encrypted with; SageMaker's own without it. */
  get keyArn(): string | undefined {
    return process.env.KMS_KEY_ARN || undefined;
  },
  get region(): string {
    return required("AWS_REGION");
  },
  get training(): TrainingSettings {
    return JSON.parse(required("TRAINING"));
  },
  get serving(): ServingSettings {
    return JSON.parse(required("SERVING"));
  },
  /** Endpoints of the stack at one time. */
  get maximumEndpoints(): number {
    return Number(required("MAXIMUM_ENDPOINTS"));
  },
  /** Tags of what the functions make, as `{"stack": "dev"}`. */
  get tags(): { Key: string; Value: string }[] {
    const tags = JSON.parse(process.env.RESOURCE_TAGS || "{}") as Record<string, string>;
    return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  },
};
