import type { Cloud } from "../service.ts";

/** The environment of a local program that stands for an AWS container: it sees the local AWS and nothing of the user's. */
export const containerBase = (cloud: Cloud): Record<string, string> => ({
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  TZ: "UTC",
  AWS_ENDPOINT_URL: cloud.origin,
  AWS_REGION: cloud.region,
  AWS_DEFAULT_REGION: cloud.region,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
});
