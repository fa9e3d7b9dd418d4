/** Rules of a run's settings. https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html */
import type { StartJobRunRequest } from "@aws-sdk/client-emr-serverless";
import { checkPattern, checkRange, invalid } from "./names.ts";

/** @throws AwsError `ValidationException` */
export function checkJobRun(input: StartJobRunRequest): void {
  checkPattern("clientToken", input.clientToken, /^[A-Za-z0-9._-]+$/, 64);
  checkPattern("name", input.name, /^.*\S.*$/, 256);
  checkPattern(
    "executionRoleArn",
    input.executionRoleArn,
    /^arn:aws[a-zA-Z0-9-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    2048,
  );
  checkRange("executionTimeoutMinutes", input.executionTimeoutMinutes, 0, 1_000_000);
  checkRange("retryPolicy.maxAttempts", input.retryPolicy?.maxAttempts, 1, 2 ** 31 - 1);
  checkRange("retryPolicy.maxFailedAttemptsPerHour", input.retryPolicy?.maxFailedAttemptsPerHour, 1, 2 ** 31 - 1);
  const { sparkSubmit, hive } = input.jobDriver ?? {};
  if (!sparkSubmit && !hive) throw invalid("jobDriver must not be null");
  if (sparkSubmit) {
    checkPattern("jobDriver.sparkSubmit.entryPoint", sparkSubmit.entryPoint, /^.*\S.*$/s, 4096);
    if (sparkSubmit.entryPoint === undefined) throw invalid("jobDriver.sparkSubmit.entryPoint must not be null");
    for (const [index, argument] of (sparkSubmit.entryPointArguments ?? []).entries()) {
      checkPattern(`jobDriver.sparkSubmit.entryPointArguments.${index + 1}.member`, argument, /^.*\S.*$/s, 10_280);
    }
    checkPattern(
      "jobDriver.sparkSubmit.sparkSubmitParameters",
      sparkSubmit.sparkSubmitParameters,
      /^.*\S.*$/s,
      102_400,
    );
  }
  const { s3MonitoringConfiguration: s3 } = input.configurationOverrides?.monitoringConfiguration ?? {};
  checkPattern("s3MonitoringConfiguration.logUri", s3?.logUri, /^s3:\/\/[a-z0-9.-]{3,63}(\/.*)?$/s, 10_280);
}
