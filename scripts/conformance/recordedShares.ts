/** What of a service's recorded answers comes out as AWS gave it. */
export interface RecordedShare {
  /** Least share of the tests of what is implemented that are equal, or close to it: percent. */
  equal: number;
  /** Most tests that fail because an operation or a feature is not there. */
  missing: number;
  /** Whether the sample has it. Default false. */
  sample?: boolean;
}

/**
 * By service, as the folder of its tests is called. A figure only ever gets better: a change that makes one worse fails
 * conformance, one that makes it better raises it. Some percent of slack are for tests whose time runs out on a busy machine.
 */
export const recordedShares: Record<string, RecordedShare> = {};
