/** Configurations of which a bucket has several, each with an id: analytics, inventories, metrics, tiering. They are kept; nothing acts on them. */
import type { OperationName } from "../../../sdks.ts";
import { AwsError, type Operation } from "../../../service.ts";
import { bucketAccess } from "../access.ts";
import { malformedXml } from "../errors.ts";
import type { BucketRecord } from "../records.ts";
import type { S3State } from "../state.ts";

type Name = OperationName<"s3">;
type Given = { Bucket?: string; Id: string; [member: string]: unknown };
type Configuration = { Id?: string | undefined; [member: string]: unknown };

interface Kind {
  field: "analytics" | "intelligentTiering" | "inventory" | "metrics";
  /** `Inventory` of PutBucketInventoryConfiguration. */
  word: string;
  check?(configuration: Configuration): void;
}

const kinds: Kind[] = [
  { field: "analytics", word: "Analytics", check: ({ StorageClassAnalysis }) => demand(StorageClassAnalysis) },
  { field: "intelligentTiering", word: "IntelligentTiering", check: ({ Tierings }) => demand(Tierings) },
  { field: "metrics", word: "Metrics" },
  { field: "inventory", word: "Inventory", check: checkInventory },
];

function demand(value: unknown): void {
  if (value === undefined) throw malformedXml();
}

function checkInventory({ Destination, IncludedObjectVersions, IsEnabled, Schedule }: Configuration): void {
  const { S3BucketDestination: to } = (Destination ?? {}) as {
    S3BucketDestination?: { Bucket?: string; Format?: string };
  };
  const { Frequency } = (Schedule ?? {}) as { Frequency?: string };
  const isWhole =
    ["CSV", "ORC", "Parquet"].includes(to?.Format ?? "") &&
    ["All", "Current"].includes(String(IncludedObjectVersions)) &&
    ["Daily", "Weekly"].includes(Frequency ?? "") &&
    IsEnabled !== undefined;
  if (!isWhole) throw malformedXml();
  if (!/^arn:aws[\w-]*:s3:::.+/.test(to?.Bucket ?? ""))
    throw new AwsError("InvalidS3DestinationBucket", "Invalid bucket ARN.", 400);
}

export function identifiedOperations(s3: S3State): { [Of in Name]?: Operation } {
  return Object.assign({}, ...kinds.map((kind) => operationsOf(s3, kind)));
}

function operationsOf(s3: S3State, { field, word, check }: Kind): { [name: string]: Operation } {
  const member = `${word}Configuration`;
  const access = (action: string) => (input: Given) => [bucketAccess(`${action}${member}`, s3.bucket(input))];
  const all = (bucket: BucketRecord) => (bucket[field] ?? {}) as Record<string, Configuration>;
  const find = (input: Given) => {
    const bucket = s3.bucket(input);
    const found = all(bucket)[input.Id];
    if (!found) throw new AwsError("NoSuchConfiguration", "The specified configuration does not exist.", 404);
    return { bucket, found };
  };
  const put = (bucket: BucketRecord, configurations: Record<string, Configuration>) =>
    s3.buckets.put(bucket.name, { ...bucket, [field]: configurations });
  return {
    [`PutBucket${member}`]: {
      access: access("Put"),
      run(input: Given) {
        const configuration = input[member] as Configuration | undefined;
        const bucket = s3.bucket(input);
        if (configuration?.Id !== input.Id) throw malformedXml();
        check?.(configuration);
        put(bucket, { ...all(bucket), [input.Id]: configuration });
        return {};
      },
    },
    [`GetBucket${member}`]: { access: access("Get"), run: (input: Given) => ({ [member]: find(input).found }) },
    [`DeleteBucket${member}`]: {
      access: access("Put"),
      run(input: Given) {
        const { bucket } = find(input);
        const { [input.Id]: _, ...rest } = all(bucket);
        put(bucket, rest);
        return {};
      },
    },
    [`ListBucket${member}s`]: {
      access: access("Get"),
      run(input: Given) {
        const configurations = all(s3.bucket(input));
        const sorted = Object.keys(configurations).sort();
        return { IsTruncated: false, [`${member}List`]: sorted.map((id) => configurations[id]) };
      },
    },
  };
}
