import type { Cloud } from "../service.ts";

/**
 * Spark's properties by which `s3://` and `s3a://` are the local S3, under the process's role.
 * https://hadoop.apache.org/docs/r3.3.4/hadoop-aws/tools/hadoop-aws/index.html
 */
export const sparkS3 = (cloud: Cloud): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      "s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
      "s3a.endpoint": cloud.origin,
      "s3a.endpoint.region": cloud.region,
      "s3a.path.style.access": "true",
      "s3a.connection.ssl.enabled": "false",
      "s3a.aws.credentials.provider": "com.amazonaws.auth.EC2ContainerCredentialsProviderWrapper",
      // Like EMR's own file system: its role needs no access above its prefix.
      "s3a.directory.marker.retention": "keep",
      // A refusal is final: the local S3 is not busy.
      "s3a.attempts.maximum": "3",
      "s3a.retry.limit": "2",
    }).map(([key, value]) => [`spark.hadoop.fs.${key}`, value]),
  );
