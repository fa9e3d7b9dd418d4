import { CreateTrainingJobCommand, DescribeTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { tableName } from "./arguments.ts";
import { sagemaker } from "./clients.ts";
import { eachRow, externalFunction } from "./externalFunction.ts";
import { isThere, jobName } from "./names.ts";
import { refusals } from "./refusals.ts";
import { settings } from "./settings.ts";

/** `train_and_get_recommendations(input_table_name, output_table_name)`: a training job for each row; its ARN. */
export const handler = externalFunction("train", (rows, work) =>
  eachRow(rows, work, async ({ number, args: [input, output] }) => {
    const tables = { input: tableName("input_table_name", input), output: tableName("output_table_name", output) };
    return startTraining(jobName(work.batch, number), tables);
  }),
);

/**
 * Starts a training job; one of that name which is there already is the answer.
 * @returns the job's ARN.
 */
export async function startTraining(name: string, tables: { input: string; output: string }): Promise<string> {
  const { bucket, prefixes, training, keyArn } = settings;
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
    const { TrainingJobArn } = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    return TrainingJobArn!;
  }
}
