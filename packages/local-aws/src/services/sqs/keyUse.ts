/** What SQS asks KMS for on behalf of whoever sends to and receives from a queue that a customer's key encrypts. */
import { decryptFor, encryptFor, isServicesOwn, type KeyUse, renaming } from "../../kit/useKey.ts";
import type { Call, Cloud } from "../../service.ts";

/** KMS's errors, as SQS passes them on. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors */
const passedOn: Record<string, string> = {
  AccessDeniedException: "KmsAccessDenied",
  DisabledException: "KmsDisabled",
  InvalidKeyUsageException: "KmsInvalidKeyUsage",
  KMSInvalidStateException: "KmsInvalidState",
  NotFoundException: "KmsNotFound",
};

/** Operations that use the key of their queue. */
export const usesKey = (operation: string): boolean => sends(operation) || operation === "ReceiveMessage";

const sends = (operation: string): boolean => operation.startsWith("SendMessage");

/**
 * Who sends has messages encrypted, who receives has them decrypted.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * @param queue its ARN.
 * @param call of an operation that {@link usesKey}.
 * @throws AwsError KMS's refusal.
 */
export async function useQueuesKey(cloud: Cloud, queue: string, keyId: string, { operation, principal }: Call) {
  if (isServicesOwn(keyId)) return;
  const use: KeyUse = { keyId, principal, via: "sqs", context: { "aws:sqs:arn": queue } };
  await renaming(passedOn, async () => {
    if (sends(operation)) await encryptFor(cloud, use);
    await decryptFor(cloud, use);
  });
}
