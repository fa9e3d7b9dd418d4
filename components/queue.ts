import { Queue, type QueueArgs, QueuePolicy } from "@pulumi/aws/sqs";
import { jsonStringify, type Resource } from "@pulumi/pulumi";

/**
 * A queue as the platform's rules ask for: encrypted by SQS, reachable over TLS only. Messages are kept 14 days, the most
 * that SQS allows, unless `args` say otherwise.
 */
export function createQueue(name: string, args: QueueArgs = {}, parent?: Resource): Queue {
  const queue = new Queue(
    name,
    { sqsManagedSseEnabled: true, messageRetentionSeconds: 1_209_600, ...args },
    { parent },
  );
  new QueuePolicy(
    `${name}-policy`,
    {
      queueUrl: queue.url,
      policy: jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "sqs:*",
            Resource: queue.arn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      }),
    },
    { parent },
  );
  return queue;
}
