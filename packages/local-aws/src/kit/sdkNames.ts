/** Services whose name in the AWS SDK differs from their signing name. */
const names: Partial<Record<string, string>> = {
  sfn: "states",
  eventbridge: "events",
  cloudwatch: "monitoring",
  cloudwatchlogs: "logs",
  emrserverless: "emr-serverless",
  applicationautoscaling: "application-autoscaling",
  sesv2: "ses",
};

/** @param service its SDK's name, as universal targets and SDK integrations have it: `sfn`. */
export const signingName = (service: string): string => (Object.hasOwn(names, service) && names[service]) || service;
