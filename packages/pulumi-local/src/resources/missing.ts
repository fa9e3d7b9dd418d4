import type { AwsError } from "local-aws/service";

/**
 * Whether a service answers that a thing is not there. Each has a code of its own: `NoSuchBucket`, `QueueDoesNotExist`; for EC2
 * nothing is there, either, under an id that is none of its (`InvalidVpcID.Malformed`).
 */
export const isMissing = (error: unknown): boolean =>
  /^NoSuch|NotFound|DoesNotExist|\.Malformed$/.test(String((error as Partial<AwsError> | undefined)?.code));

/** @returns `undefined` for what is not there. */
export async function ifThere<Found>(work: Promise<Found>): Promise<Found | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
