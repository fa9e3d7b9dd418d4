/** `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE` https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */

/** A region of the partition `aws`, whose ARNs the local cloud writes: those of China and GovCloud have others. */
export const isRegion = (name: string): boolean => /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d$/.test(name);

/** Empty in ARNs of resources that have no region, such as roles and buckets. */
export const regionOf = (arn: string): string => arn.split(":", 4)[3] ?? "";

/** URL of a queue, from its ARN. */
export function queueUrl({ origin }: { origin: string }, arn: string): string {
  const [account, name] = arn.split(":").slice(4);
  return `${origin}/${account}/${name}`;
}
