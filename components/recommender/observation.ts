import type { Resource } from "@pulumi/pulumi";
import type { CodeFunction } from "../codeFunction.ts";
import { createEventRule } from "../function/eventRule.ts";

/**
 * SageMaker tells what becomes of jobs and endpoints; a function counts failures, and has new endpoints scaled.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
 */
export function createObservation(name: string, prefix: string, observer: CodeFunction, parent: Resource): void {
  const names = [{ prefix: `${prefix}-` }];
  createEventRule(
    `${name}-changes`,
    {
      description: "Jobs that failed, endpoints that failed or are in service",
      eventPattern: {
        source: ["aws.sagemaker"],
        "detail-type": ["SageMaker Training Job State Change", "SageMaker Endpoint State Change"],
        detail: {
          $or: [
            { TrainingJobName: names, TrainingJobStatus: ["Failed"] },
            { EndpointName: names, EndpointStatus: ["IN_SERVICE", "FAILED"] },
          ],
        },
      },
    },
    observer,
    parent,
  );
}
