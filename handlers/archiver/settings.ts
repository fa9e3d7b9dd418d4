/** What the component tells its functions by environment variables. */

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is missing`);
  return value;
}

export type Policy = "move" | "copy" | "tag" | "delete" | "leave";
export type Outcome = "Archived" | "Quality_Fail" | "Unarchivable" | "Rejected" | "Expired";

export const settings = {
  /** The bucket that files are dropped into: where a file is that names no bucket. */
  get dropBucket(): string {
    return required("DROP_BUCKET");
  },
  /** Where archived files go, and in which storage class. */
  get archiveBucket(): string {
    return required("ARCHIVE_BUCKET");
  },
  get storageClass(): string {
    return process.env.STORAGE_CLASS || "STANDARD";
  },
  /** Where every other file goes that is moved or copied. */
  get quarantineBucket(): string {
    return required("QUARANTINE_BUCKET");
  },
  /** `ACTIONS`: what is done with a file, by outcome, as JSON. */
  get actions(): Record<Outcome, Policy> {
    return JSON.parse(required("ACTIONS"));
  },
  /** A function that judges a file: is given the granule, answers `{quality, archive?}`. None: tags and metadata do. */
  get qualityFunction(): string | undefined {
    return process.env.QUALITY_FUNCTION || undefined;
  },
  /** The table of records: its name. */
  get archiveTable(): string {
    return required("ARCHIVE_TABLE");
  },
  get stateMachine(): string {
    return required("STATE_MACHINE");
  },
  /** The table of questions and links. */
  get approvalTable(): string {
    return required("APPROVAL_TABLE");
  },
  /** Where the approval page is: links are `APPROVAL_URL/approvals/ID`. */
  get approvalUrl(): string {
    return required("APPROVAL_URL");
  },
  /** Mail addresses, as JSON. */
  get approvers(): string[] {
    return JSON.parse(required("APPROVERS"));
  },
  /** The topic whose subscriptions are the approvers' addresses. */
  get approvalTopic(): string {
    return required("APPROVAL_TOPIC");
  },
  /** Sender of mails by SES. None: mails are SNS's. */
  get mailFrom(): string | undefined {
    return process.env.MAIL_FROM || undefined;
  },
  /** The queue that is asked as well. */
  get approvalQueueUrl(): string | undefined {
    return process.env.APPROVAL_QUEUE_URL || undefined;
  },
};
