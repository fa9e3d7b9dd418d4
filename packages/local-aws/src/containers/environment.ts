import type { Cloud } from "../service.ts";

/** What a program of this machine sees that stands for a container of AWS's: the local AWS alone, and nothing of the user's own. */
export const containerBase = (cloud: Cloud): Record<string, string> => ({
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  TZ: "UTC",
  AWS_ENDPOINT_URL: cloud.origin,
  AWS_REGION: cloud.region,
  AWS_DEFAULT_REGION: cloud.region,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
});
