/** As much of a stream's record as its poller looks at; the rest goes into the event as it is. */
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
