import { AwsError, type Cloud, type Principal } from "../service.ts";

/** What a caller has a service do with a key of KMS. */
export interface KeyUse {
  /** An id, an ARN or an alias. */
  keyId: string;
  /** For whom: the service asks KMS on the caller's behalf, so the key's policy and the caller's own decide. */
  principal: Principal;
  /** The service, as KMS knows it (`kms:ViaService`): `s3`. None where the service asks for itself. */
  via?: string;
  /** What encrypts and decrypts by the same key are to agree on, which policies may require. */
  context?: Record<string, string>;
}

/**
 * Has KMS make a data key, as a service does that encrypts what a caller writes.
 * @throws {AwsError} KMS's own refusal: of the caller, or of a key that is not there, disabled or not of that kind.
 */
export async function encryptFor(cloud: Cloud, use: KeyUse): Promise<void> {
  await cloud.call("kms", "GenerateDataKey", dataKey(use), callerOf(use));
}

/**
 * Has KMS decrypt a data key, as a service does for whoever reads.
 * @throws {AwsError} as {@link encryptFor}.
 */
export async function decryptFor(cloud: Cloud, use: KeyUse): Promise<void> {
  // Data are not really encrypted here, so that there is no data key to decrypt: KMS is asked whether it would.
  const asked = { KeyId: use.keyId, ...contextOf(use), DryRun: true, DryRunModifiers: ["IGNORE_CIPHERTEXT" as const] };
  await cloud.call("kms", "Decrypt", asked, callerOf(use)).catch((error: Error) => {
    if (error.name !== "DryRunOperationException") throw error;
  });
}

/** Whether it is a key of the service's own in the account (`alias/aws/s3`), which admits everybody there. */
export const isServicesOwn = (keyId: string): boolean => /(^|:)alias\/aws\//.test(keyId);

/** KMS's errors under the names that a service gives them; what it does not name passes as it is. */
export async function renaming(names: Record<string, string>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(names[error.code] ?? error.code, error.message, 400);
  }
}

const contextOf = ({ context }: KeyUse) => (context ? { EncryptionContext: context } : {});
const dataKey = (use: KeyUse) => ({ KeyId: use.keyId, KeySpec: "AES_256" as const, ...contextOf(use) });
const callerOf = ({ principal, via }: KeyUse): Principal => (via ? { ...principal, via } : principal);
