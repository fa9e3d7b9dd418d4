/**
 * Object lock: versions that cannot be deleted, until a date or while a legal hold is on.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
import type { DefaultRetention, ObjectLockConfiguration, ObjectLockRetention } from "@aws-sdk/client-s3";
import { AwsError } from "../../service.ts";
import { invalidArgument, invalidRequest, malformedXml } from "./errors.ts";
import type { BucketRecord, Description, Retention, Version } from "./records.ts";

const day = 86_400_000;

/** What an input says about the lock of the object that it makes. */
export interface LockInput {
  ObjectLockMode?: string | undefined;
  ObjectLockRetainUntilDate?: Date | undefined;
  ObjectLockLegalHoldStatus?: string | undefined;
}

const isMode = (mode: unknown): mode is Retention["mode"] => mode === "GOVERNANCE" || mode === "COMPLIANCE";
const isStatus = (status: unknown): status is "ON" | "OFF" => status === "ON" || status === "OFF";

/** The lock of a new object: its own, else the bucket's default. @throws AwsError for an invalid one. */
export function lockOf(input: LockInput, bucket: BucketRecord): Pick<Description, "lock" | "legalHold"> {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = input;
  if (mode === undefined && until === undefined && hold === undefined) {
    const retention = bucket.objectLock?.retention;
    return retention ? { lock: fromNow(retention) } : {};
  }
  checkLocked(bucket);
  if ((mode === undefined) !== (until === undefined)) {
    const absent = mode === undefined ? "x-amz-object-lock-mode" : "x-amz-object-lock-retain-until-date";
    const message = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
    throw new AwsError("InvalidArgument", message, 400, { ArgumentName: absent });
  }
  if (mode !== undefined && !isMode(mode))
    throw invalidArgument("Unknown wormMode directive.", "x-amz-object-lock-mode", mode);
  if (hold !== undefined && !isStatus(hold))
    throw invalidArgument("Unknown wormLegalHold directive.", "x-amz-object-lock-legal-hold", hold);
  if (until) checkFuture(until, "x-amz-object-lock-retain-until-date");
  return { ...(mode && until && { lock: { mode, until: until.toISOString() } }), ...(hold && { legalHold: hold }) };
}

function fromNow({ Mode: mode = "GOVERNANCE", Days = 0, Years = 0 }: DefaultRetention): Retention {
  return { mode, until: new Date(Date.now() + (Days + Years * 365) * day).toISOString() };
}

function checkFuture(until: Date, argument: string): void {
  if (until.getTime() <= Date.now())
    throw invalidArgument("The retain until date must be in the future!", argument, until.toISOString());
}

/** @throws AwsError for a bucket without object lock. */
export function checkLocked(bucket: BucketRecord): void {
  if (!bucket.objectLock) throw invalidRequest("Bucket is missing Object Lock Configuration");
}

/** @throws AwsError `MalformedXML` */
export function readLockConfiguration(given: ObjectLockConfiguration | undefined): BucketRecord["objectLock"] {
  if (given?.ObjectLockEnabled !== "Enabled") throw malformedXml();
  if (!given.Rule) return {};
  const { DefaultRetention: retention } = given.Rule;
  if (!retention || !isMode(retention.Mode)) throw malformedXml();
  const { Days, Years } = retention;
  if ((Days === undefined) === (Years === undefined)) throw malformedXml();
  if ((Days ?? Years ?? 0) < 1)
    throw new AwsError("InvalidArgument", "Default retention period must be a positive integer value.", 400);
  return { retention };
}

/** A version's new retention. @throws AwsError for an invalid one, and where the present one does not allow it. */
export function changedRetention(
  lock: Retention | undefined,
  given: ObjectLockRetention | undefined,
  bypass: boolean,
): Retention | undefined {
  const { Mode: mode, RetainUntilDate: until } = given ?? {};
  if (given === undefined || (mode === undefined) !== (until === undefined)) throw malformedXml();
  if (mode !== undefined && !isMode(mode)) throw malformedXml();
  if (until) checkFuture(until, "RetainUntilDate");
  const stricter =
    lock && until && until.getTime() >= Date.parse(lock.until) && (mode === lock.mode || mode === "COMPLIANCE");
  if (lock && isCurrent(lock) && !stricter && !(bypass && lock.mode === "GOVERNANCE")) throw locked();
  return mode && until ? { mode, until: until.toISOString() } : undefined;
}

/** @throws AwsError `MalformedXML` */
export function readLegalHold(status: string | undefined): "ON" | "OFF" {
  if (!isStatus(status)) throw malformedXml();
  return status;
}

const isCurrent = ({ until }: Retention): boolean => Date.parse(until) > Date.now();

/** Whether a version cannot be deleted now. @param bypass whether the caller passes over governance. */
export const isLocked = ({ lock, legalHold }: Version, bypass = false): boolean =>
  legalHold === "ON" || (lock !== undefined && isCurrent(lock) && !(bypass && lock.mode === "GOVERNANCE"));

export const locked = (): AwsError =>
  new AwsError("AccessDenied", "Access Denied because object protected by object lock.", 403);

export const noLock = (): AwsError =>
  new AwsError("NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration", 404);
