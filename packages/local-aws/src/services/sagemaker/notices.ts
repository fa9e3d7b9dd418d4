import { putEvent } from "../../kit/putEvent.ts";
import type { Cloud } from "../../service.ts";
import type { Endpoint, TrainingJob } from "./model.ts";
import type { Names } from "./names.ts";

/**
 * Sends status changes of jobs and endpoints to EventBridge.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
 */
export class Notices {
  readonly #cloud: Cloud;
  readonly #names: Names;

  constructor(cloud: Cloud, names: Names) {
    this.#cloud = cloud;
    this.#names = names;
  }

  job(name: string, { status, reason, input, transitions, created, modified }: TrainingJob): void {
    const TrainingJobArn = this.#names.arn("training-job", name);
    this.#put("SageMaker Training Job State Change", TrainingJobArn, {
      TrainingJobName: name,
      TrainingJobArn,
      TrainingJobStatus: status,
      SecondaryStatus: transitions.at(-1)?.Status,
      ...(reason && { FailureReason: reason }),
      HyperParameters: input.HyperParameters ?? {},
      RoleArn: input.RoleArn,
      CreationTime: created,
      LastModifiedTime: modified,
    });
  }

  endpoint({ name, config, status, reason, created, modified }: Endpoint): void {
    const EndpointArn = this.#names.arn("endpoint", name);
    this.#put("SageMaker Endpoint State Change", EndpointArn, {
      EndpointName: name,
      EndpointArn,
      EndpointConfigName: config,
      // Only these events spell statuses this way.
      EndpointStatus: status === "InService" ? "IN_SERVICE" : status.toUpperCase(),
      ...(reason && { FailureReason: reason }),
      CreationTime: created,
      LastModifiedTime: modified,
    });
  }

  #put(DetailType: string, arn: string, Detail: object): void {
    putEvent(this.#cloud, "sagemaker", { DetailType, Detail, Resources: [arn], sourceArn: arn });
  }
}
