import { type Cloud, servicePrincipal } from "../service.ts";
import { patiently } from "./patience.ts";

/** An event that a service sends about its own resources. */
export interface ServiceEvent {
  DetailType: string;
  Detail: object;
  Resources: string[];
  /** ARN of the resource on whose behalf the service calls EventBridge. */
  sourceArn: string;
}

/**
 * Sends an event to the default bus.
 * @param service as in its principal's name: `sagemaker` of `sagemaker.amazonaws.com`; its events' source is `aws.sagemaker`.
 */
export function putEvent(
  cloud: Cloud,
  service: string,
  { DetailType, Detail, Resources, sourceArn }: ServiceEvent,
): void {
  const entry = { Source: `aws.${service}`, DetailType, Detail: JSON.stringify(Detail), Resources };
  const principal = servicePrincipal(`${service}.amazonaws.com`, sourceArn);
  patiently(() => cloud.call("events", "PutEvents", { Entries: [entry] }, principal))
    // The bus may be closing with the cloud; the change itself is stored.
    .catch(() => {});
}
