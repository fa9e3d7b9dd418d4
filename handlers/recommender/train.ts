import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  paginateListTrainingJobs,
  TrainingJobStatus,
} from "@aws-sdk/client-sagemaker";
import { tableName } from "./arguments.ts";
import { sagemaker } from "./clients.ts";
import { eachRow, externalFunction, RowError } from "./externalFunction.ts";
import { isMissing, isThere, jobName, type Tables } from "./names.ts";
import { refusals } from "./refusals.ts";
import { settings } from "./settings.ts";

/**
 * `train_and_get_recommendations(input_table_name, output_table_name)`: a training job for each row, one for
 * rows that are equal; its ARN.
 */
export const handler = externalFunction("train", (rows, work) =>
  eachRow(rows, work, async ({ args: [input, output] }) => {
    const tables = { input: tableName("input_table_name", input), output: tableName("output_table_name", output) };
    return startTraining(jobName(work.batch, tables), tables);
  }),
);

/**
 * Starts a training job; one of that name which is there already is the answer.
 * @returns the job's ARN.
 * @throws {RowError} when as many jobs are under way as the stack may have.
 */
export async function startTraining(name: string, tables: Tables): Promise<string> {
  const { bucket, prefixes, training, keyArn } = settings;
  if ((await jobsUnderWay()) >= training.maximumJobs) {
    const arn = await arnOf(name);
    if (arn) return arn;
    throw new RowError(
      `${training.maximumJobs} training jobs are under way, as many as may be; try again when one has ended`,
    );
  }
  try {
    const { TrainingJobArn } = await sagemaker.send(
      new CreateTrainingJobCommand({
        TrainingJobName: name,
        RoleArn: settings.executionRoleArn,
        AlgorithmSpecification: {
          TrainingImage: settings.image,
          TrainingInputMode: "File",
          MetricDefinitions: ["validation:rmse", "validation:mae", "train:rmse", "train:mae"].map((metric) => ({
            Name: metric,
            Regex: `${metric}=([0-9.]+);`,
          })),
        },
        HyperParameters: {
          ...training.hyperparameters,
          input_table_name: tables.input,
          output_table_name: tables.output,
          region: settings.region,
          output_s3_uri: `s3://${bucket}/${prefixes.recommendations}`.replace(/\/$/, ""),
        },
        InputDataConfig: [
          {
            ChannelName: "training",
            DataSource: {
              S3DataSource: {
                S3DataType: "S3Prefix",
                S3Uri: `s3://${bucket}/${prefixes.training}${tables.input}/`,
                S3DataDistributionType: "FullyReplicated",
              },
            },
          },
        ],
        OutputDataConfig: {
          S3OutputPath: `s3://${bucket}/${prefixes.models}`.replace(/\/$/, ""),
          ...(keyArn && { KmsKeyId: keyArn }),
        },
        ResourceConfig: {
          InstanceType: training.instanceType as "ml.m5.xlarge",
          InstanceCount: training.instanceCount,
          VolumeSizeInGB: training.volumeGb,
          ...(keyArn && { VolumeKmsKeyId: keyArn }),
        },
        StoppingCondition: { MaxRuntimeInSeconds: training.maxSeconds },
        Tags: settings.tags,
      }),
    );
    return TrainingJobArn!;
  } catch (error) {
    if (!isThere(error)) throw refusals(error);
    return (await arnOf(name))!;
  }
}

/** @returns undefined when there is no job of that name. */
async function arnOf(TrainingJobName: string): Promise<string | undefined> {
  try {
    return (await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }))).TrainingJobArn;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Jobs of this stack that run. Two calls at the same moment may both find room: the limit is for mistakes, which are many. */
async function jobsUnderWay(): Promise<number> {
  let count = 0;
  const running = { NameContains: settings.prefix, StatusEquals: TrainingJobStatus.IN_PROGRESS };
  for await (const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: sagemaker }, running)) {
    count += TrainingJobSummaries.filter(({ TrainingJobName = "" }) =>
      TrainingJobName.startsWith(settings.prefix),
    ).length;
  }
  return count;
}
