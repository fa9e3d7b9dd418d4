/** The parts of a stream's record that its poller reads; the rest goes into the event as it is. */
export interface StreamRecord {
  dynamodb: {
    /** Seconds since the epoch. */
    ApproximateCreationDateTime: number;
    Keys: Record<string, unknown>;
    SequenceNumber: string;
  };
  /** In the API's spelling; an event has `type` and `principalId`. */
  userIdentity?: { Type: string; PrincipalId: string };
}
