import { decryptFor, encryptFor, renaming } from "../../kit/useKey.ts";
import { AwsError, type Call, type Cloud } from "../../service.ts";
import type { Topic } from "./records.ts";

const refusal = (message: string) => new AwsError("KMSAccessDeniedException", message, 400);

/** KMS's errors, as SNS passes them on. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors */
const passedOn: Record<string, string> = {
  AccessDeniedException: "KMSAccessDeniedException",
  DisabledException: "KMSDisabledException",
  KMSInvalidStateException: "KMSInvalidStateException",
  NotFoundException: "KMSNotFoundException",
};

/**
 * A message to an encrypted topic is encrypted on behalf of its publisher: the topic's key must allow that, via SNS.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-permissions-for-publishing-to-encrypted-topic
 *
 * @throws {AwsError} KMS's refusal. The policy of the AWS managed key admits everyone in the account, but no service: an
 * alarm cannot publish to a topic that is encrypted with it.
 */
export async function useKey(cloud: Cloud, { attributes }: Topic, { principal }: Call): Promise<void> {
  const KeyId = attributes.KmsMasterKeyId;
  if (!KeyId) return;
  if (KeyId.endsWith("alias/aws/sns")) {
    if (principal.kind !== "service") return;
    throw refusal(
      `${principal.arn} is not authorized to perform: kms:GenerateDataKey with the key alias/aws/sns; a key of the account whose policy admits it is needed`,
    );
  }
  const { sourceArn, ...caller } = principal;
  // EventBridge does not tell KMS on behalf of which account it calls.
  const told = principal.arn === "events.amazonaws.com" ? {} : { ...(sourceArn && { sourceArn }) };
  const use = { keyId: KeyId, principal: { ...caller, ...told }, via: "sns" };
  await renaming(passedOn, async () => {
    await encryptFor(cloud, use);
    await decryptFor(cloud, use);
  });
}
