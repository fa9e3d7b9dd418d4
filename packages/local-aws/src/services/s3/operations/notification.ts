/** What a bucket notifies of its objects' changes. */
import { randomUUID } from "node:crypto";
import type { NotificationConfiguration, NotificationConfigurationFilter } from "@aws-sdk/client-s3";
import type { Operations } from "../../../operations.ts";
import { bucketAccess } from "../access.ts";
import { invalidArgument, malformedXml } from "../errors.ts";
import type { S3State } from "../state.ts";

export function notificationOperations(s3: S3State): Operations<"s3"> {
  return {
    GetBucketNotificationConfiguration: {
      access: (input) => [bucketAccess("GetBucketNotification", s3.bucket(input))],
      run: (input) => s3.bucket(input).notification ?? {},
    },
    PutBucketNotificationConfiguration: {
      access: (input) => [bucketAccess("PutBucketNotification", s3.bucket(input))],
      async run(input) {
        const given = input.NotificationConfiguration;
        if (!given) throw malformedXml();
        const notification = read(given);
        if (!input.SkipDestinationValidation) await s3.notifications.check(s3.bucket(input), notification);
        const bucket = s3.bucket(input);
        s3.buckets.put(bucket.name, { ...bucket, notification });
        return {};
      },
    },
  };
}

/** @throws AwsError for an invalid configuration. */
function read(given: NotificationConfiguration): NotificationConfiguration {
  return {
    ...given,
    ...(given.LambdaFunctionConfigurations && {
      LambdaFunctionConfigurations: given.LambdaFunctionConfigurations.map((one) =>
        checked(one, "CloudFunction", one.LambdaFunctionArn),
      ),
    }),
    ...(given.QueueConfigurations && {
      QueueConfigurations: given.QueueConfigurations.map((one) => checked(one, "Queue", one.QueueArn)),
    }),
    ...(given.TopicConfigurations && {
      TopicConfigurations: given.TopicConfigurations.map((one) => checked(one, "Topic", one.TopicArn)),
    }),
  };
}

interface Target {
  Id?: string | undefined;
  Events: string[] | undefined;
  Filter?: NotificationConfigurationFilter | undefined;
}

/** @param element of the document that has the ARN. */
function checked<T extends Target>(one: T, element: string, arn: string | undefined): T {
  if (!arn || !one.Events?.length) throw malformedXml();
  if (!/^arn:[\w-]+:[\w-]+:[\w-]*:\d{12}:.+$/.test(arn))
    throw invalidArgument("The ARN could not be parsed", element, arn);
  for (const event of one.Events) {
    if (!/^s3:[A-Za-z]+:(\*|[A-Za-z]+)$/.test(event))
      throw invalidArgument("A specified event is not supported for notifications.", "Event", event);
  }
  return { ...one, Id: one.Id ?? randomUUID(), ...(one.Filter && { Filter: filter(one.Filter) }) };
}

/** Names of rules are told with a capital, however they were given. */
function filter({ Key }: NotificationConfigurationFilter): NotificationConfigurationFilter {
  const FilterRules = Key?.FilterRules?.map(({ Name, Value = "" }) => {
    const name = Name?.toLowerCase();
    if (name === "prefix" || name === "suffix") {
      const told = name === "prefix" ? "Prefix" : "Suffix";
      // The SDK knows the names in lower case only.
      return { Name: told as unknown as typeof name, Value };
    }
    throw invalidArgument("filter rule name must be either prefix or suffix", "FilterRule.Name", Name);
  });
  return FilterRules ? { Key: { FilterRules } } : {};
}
