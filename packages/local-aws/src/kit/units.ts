/** Units of metrics. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
import type { StandardUnit } from "@aws-sdk/client-cloudwatch";

/** In the order in which AWS prefers them, as its answers show. */
export const units: readonly StandardUnit[] = [
  ...(["Megabits", "Terabits", "Gigabits", "Count", "Bytes", "Gigabytes", "Gigabytes/Second", "Kilobytes"] as const),
  ...(["Kilobits/Second", "Terabytes", "Terabits/Second", "Bytes/Second", "Percent", "Megabytes"] as const),
  ...(["Megabits/Second", "Milliseconds", "Microseconds", "Kilobytes/Second", "Gigabits/Second"] as const),
  ...(["Megabytes/Second", "Bits", "Bits/Second", "Count/Second", "Seconds", "Kilobits", "Terabytes/Second"] as const),
  "None",
];
