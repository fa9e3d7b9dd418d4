import { DescribeEndpointCommand, DescribeTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { modelName } from "./arguments.ts";
import { sagemaker } from "./clients.ts";
import { eachRow, externalFunction, RowError } from "./externalFunction.ts";
import { endpointName, isMissing } from "./names.ts";
import { settings } from "./settings.ts";

/** `model_status(name)`: of a training job by its ARN or name, or of a deployed model by its own name. */
export const handler = externalFunction("status", (rows, work) =>
  eachRow(rows, work, async ({ args: [name] }) => {
    const job = typeof name === "string" ? jobOf(name) : undefined;
    return job === undefined ? endpointStatus(modelName(name)) : jobStatus(job);
  }),
);

/** A job's name is the stack's prefix and a hash; no model's name is that. */
function jobOf(name: string): string | undefined {
  const [, arn] = /^arn:aws[\w-]*:sagemaker:[\w-]+:\d{12}:training-job\/(.+)$/.exec(name) ?? [];
  const given = arn ?? name;
  if (given.startsWith(settings.prefix) && /^[0-9a-f]{16}$/.test(given.slice(settings.prefix.length))) return given;
  if (arn === undefined) return undefined;
  throw new RowError(`name is ${JSON.stringify(name.slice(0, 120))}; expected a training job of this stack`);
}

async function jobStatus(TrainingJobName: string): Promise<object> {
  const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName })).catch(missing);
  if (!job) throw new RowError(`there is no training job ${TrainingJobName}`);
  const metrics = Object.fromEntries(
    (job.FinalMetricDataList ?? []).map(({ MetricName, Value }) => [MetricName, Value] as const),
  );
  return {
    kind: "training",
    name: TrainingJobName,
    status: job.TrainingJobStatus,
    secondary_status: job.SecondaryStatus,
    ...(job.FailureReason && { reason: job.FailureReason }),
    ...(job.ModelArtifacts?.S3ModelArtifacts &&
      job.TrainingJobStatus === "Completed" && { model_url: job.ModelArtifacts.S3ModelArtifacts }),
    ...(Object.keys(metrics).length > 0 && { metrics }),
  };
}

async function endpointStatus(model: string): Promise<object> {
  const EndpointName = endpointName(model);
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName })).catch(missing);
  if (!endpoint) return { kind: "endpoint", name: model, status: "NotDeployed" };
  const { EndpointStatus: status, FailureReason: reason } = endpoint;
  return { kind: "endpoint", name: model, status, ...(reason && { reason }) };
}

function missing(error: Error): undefined {
  if (!isMissing(error)) throw error;
}
