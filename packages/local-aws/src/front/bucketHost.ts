/** Hosts that name a bucket. */
const region = "[a-z]+-[a-z]+-\\d";
/** `bucket.localhost:4566`, `bucket.s3.localhost`, `bucket.s3.eu-west-1.localhost`. */
const localHost = new RegExp(`^([a-z0-9.-]+?)(?:\\.s3(?:[.-]${region})?)?\\.localhost\\.?(?::\\d+)?$`, "i");
/** `bucket.s3.amazonaws.com`, `bucket.s3.eu-west-1.amazonaws.com` */
const awsHost = new RegExp(`^([a-z0-9.-]+?)\\.s3(?:[.-]${region})?\\.amazonaws\\.com(?::\\d+)?$`, "i");

/** The bucket that a host names. */
export function bucketOfHost(host = ""): string | undefined {
  const [, bucket] = localHost.exec(host) ?? awsHost.exec(host) ?? [];
  return bucket === undefined || /^s3([.-][a-z]+-[a-z]+-\d)?$/i.test(bucket) ? undefined : bucket.toLowerCase();
}
