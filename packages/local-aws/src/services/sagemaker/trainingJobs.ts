import { passRole } from "../../kit/passRole.ts";
import { tagMap } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import type { JobRunner } from "./jobRunner.ts";
import type { TrainingJob, Transition } from "./model.ts";
import { checkName, date, invalid, type Names, page } from "./names.ts";
import type { Records } from "./records.ts";

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html */
export function trainingJobOperations(records: Records, names: Names, runner: JobRunner): Operations<"sagemaker"> {
  const existing = (name: string): TrainingJob => {
    const job = records.jobs.get(name);
    if (!job) throw invalid("Requested resource not found.");
    return job;
  };
  const arn = (name: string) => names.arn("training-job", name);

  return {
    CreateTrainingJob: {
      access: (input: TrainingJob["input"]) => [
        ...names.on("CreateTrainingJob", "training-job", input.TrainingJobName),
        ...passRole("sagemaker.amazonaws.com", input.RoleArn),
      ],
      run(input: TrainingJob["input"]) {
        const name = input.TrainingJobName!;
        checkName("trainingJobName", name);
        if (records.jobs.has(name)) {
          throw new AwsError(
            "ResourceInUse",
            `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn(name)})`,
          );
        }
        if (!input.AlgorithmSpecification?.TrainingImage) {
          throw invalid("You must specify either a TrainingImage or an AlgorithmName in AlgorithmSpecification.");
        }
        const now = Date.now();
        const transitions: Transition[] = [
          { Status: "Starting", start: now, StatusMessage: "Starting the training job" },
        ];
        records.putJob(name, { input, status: "InProgress", created: now, modified: now, transitions, metrics: [] });
        records.tags.put(arn(name), tagMap(input.Tags));
        runner.start(name);
        return { TrainingJobArn: arn(name) };
      },
    },
    DescribeTrainingJob: {
      access: ({ TrainingJobName }) => names.on("DescribeTrainingJob", "training-job", TrainingJobName),
      run: ({ TrainingJobName }) => describe(existing(TrainingJobName), arn(TrainingJobName)),
    },
    StopTrainingJob: {
      access: ({ TrainingJobName }) => names.on("StopTrainingJob", "training-job", TrainingJobName),
      run({ TrainingJobName }) {
        const job = existing(TrainingJobName);
        if (job.status !== "InProgress") {
          throw invalid(
            `The request was rejected because the training job is in status ${job.status}. Only jobs with status InProgress can be stopped.`,
          );
        }
        records.putJob(TrainingJobName, { ...job, status: "Stopping", modified: Date.now() });
        runner.stop(TrainingJobName);
        return {};
      },
    },
    ListTrainingJobs: {
      access: () => [{ action: "sagemaker:ListTrainingJobs", resource: "*" }],
      run(input) {
        const all = records.jobs.entries().map(([name, job]) => ({ name, ...job }));
        const [jobs, next] = page(all, input, ({ created, name }) => [created, name], true);
        const TrainingJobSummaries = jobs.map(({ name, status, created, modified, trainingEnded }) => ({
          TrainingJobName: name,
          TrainingJobArn: arn(name),
          TrainingJobStatus: status,
          CreationTime: date(created),
          LastModifiedTime: date(modified),
          ...(trainingEnded && { TrainingEndTime: date(trainingEnded) }),
        }));
        return { TrainingJobSummaries, ...next };
      },
    },
  };
}

function describe(job: TrainingJob, TrainingJobArn: string) {
  const { Tags, ...input } = job.input;
  const { trainingStarted: started, trainingEnded: ended } = job;
  const path = input.OutputDataConfig!.S3OutputPath!.replace(/\/$/, "");
  const end = ended ?? (started && job.status !== "InProgress" ? job.modified : undefined);
  return {
    StoppingCondition: undefined,
    ...input,
    TrainingJobArn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.status === "Stopping" ? "Stopping" : job.transitions.at(-1)!.Status,
    SecondaryStatusTransitions: job.transitions.map(({ Status, start, end: left, StatusMessage }) => ({
      Status,
      StartTime: date(start),
      ...(left && { EndTime: date(left) }),
      StatusMessage,
    })),
    ModelArtifacts: { S3ModelArtifacts: `${path}/${input.TrainingJobName}/output/model.tar.gz` },
    ...(job.reason && { FailureReason: job.reason }),
    FinalMetricDataList: job.metrics.map(({ MetricName, Value, at }) => ({ MetricName, Value, Timestamp: date(at) })),
    CreationTime: date(job.created),
    LastModifiedTime: date(job.modified),
    ...(started && { TrainingStartTime: date(started) }),
    ...(end && { TrainingEndTime: date(end) }),
    ...(started && end && { TrainingTimeInSeconds: Math.ceil((end - started) / 1_000) }),
    ...(started && end && { BillableTimeInSeconds: Math.ceil((end - started) / 1_000) }),
  };
}
