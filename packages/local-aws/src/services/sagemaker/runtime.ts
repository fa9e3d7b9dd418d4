import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Fleet } from "./fleet.ts";
import type { Names } from "./names.ts";
import type { Records } from "./records.ts";

/** Limits of requests and responses, in bytes. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
const largestBody = 6 * 1024 * 1024;

/** SageMaker's runtime, a separate API with the signing name of SageMaker. */
export function runtimeOperations(cloud: Cloud, records: Records, names: Names, fleet: Fleet): Operations<"sagemaker"> {
  const count = (EndpointName: string, VariantName: string, metric: string, latency: number) =>
    cloud
      .call("monitoring", "PutMetricData", {
        Namespace: "AWS/SageMaker",
        MetricData: [
          { MetricName: "Invocations", Value: 1, Unit: "None" as const },
          { MetricName: metric, Value: 1, Unit: "None" as const },
          { MetricName: "ModelLatency", Value: latency * 1_000, Unit: "Microseconds" as const },
        ].map((datum) => ({
          ...datum,
          Dimensions: [
            { Name: "EndpointName", Value: EndpointName },
            { Name: "VariantName", Value: VariantName },
          ],
        })),
      })
      .catch(() => {});

  const InvokeEndpoint: OperationOf<"sagemaker", "InvokeEndpoint"> = {
    access: ({ EndpointName }) => names.on("InvokeEndpoint", "endpoint", EndpointName),
    async run({ EndpointName, Body, ContentType, Accept, CustomAttributes, TargetVariant }) {
      const endpoint = records.endpoints.get(EndpointName);
      if (!endpoint || (!endpoint.serving && endpoint.status !== "Creating")) {
        throw new AwsError("ValidationError", `Endpoint ${EndpointName} of account ${cloud.accountId} not found.`);
      }
      if (Body.byteLength > largestBody) {
        throw new AwsError("ValidationError", `Body is larger than ${largestBody} bytes`, 413);
      }
      const variant = TargetVariant ?? endpoint.serving?.config.variants[0]?.VariantName ?? "";
      const host = fleet.host(EndpointName, TargetVariant);
      if (!host?.ready) throw new AwsError("ServiceUnavailable", `Endpoint ${EndpointName} is not ready`, 503);
      const headers = {
        ...(ContentType && { "content-type": ContentType }),
        ...(Accept && { accept: Accept }),
        ...(CustomAttributes && { "x-amzn-sagemaker-custom-attributes": CustomAttributes }),
      };
      const { faults, region } = cloud;
      const occasion = { service: "sagemaker", operation: "InvokeEndpoint", region };
      const doomed = faults.kills({ ...occasion, principal: { roleArn: host.roleArn } });
      if (doomed !== undefined) setTimeout(() => host.kill(), doomed).unref();
      const started = performance.now();
      const answer = await host.invoke(headers, Body).catch(() => undefined);
      const status = answer?.status ?? 500;
      const metric =
        status >= 500 ? "Invocation5XXErrors" : status >= 400 ? "Invocation4XXErrors" : "InvocationsPerInstance";
      void count(EndpointName, variant, metric, performance.now() - started);
      if (answer && status < 400) {
        return { Body: answer.body, ContentType: answer.contentType, InvokedProductionVariant: variant };
      }
      const said = answer?.body.toString("utf8") ?? "Your invocation timed out while waiting for a response";
      throw new AwsError(
        "ModelError",
        `Received ${status < 500 ? "client" : "server"} error (${status}) from ${variant} with message "${said}".`,
        424,
        { OriginalStatusCode: status, OriginalMessage: said },
      );
    },
  };
  return { InvokeEndpoint };
}
