/** What clients were told: each 2xx is a promise that is held at the end. What was refused, or not answered, may have an effect or none. */

export interface Posted {
  /** Its number, which the record carries. */
  number: number;
  record: Record<string, number>;
  /** Where it was accepted. */
  id?: string;
}

export interface Dropped {
  key: string;
  /** Where it was accepted. */
  versionId?: string;
  /** MD5 of the content, as S3 has it of a small object. */
  etag: string;
}

export interface Started {
  name: string;
  approval: boolean;
  accepted: boolean;
}

export interface Named {
  id: string;
  created: boolean;
  /** What was asked for last: that it goes, and whether that was accepted. */
  deletion?: "asked" | "accepted";
}

export interface JobEntry extends Named {
  /** Whether it has a schedule as well. */
  scheduled: boolean;
  /** Ids of runs that were accepted. */
  runs: string[];
  /** Runs that were asked for: accepted or not. */
  asked: number;
}

export class Ledger {
  readonly posted: Posted[] = [];
  readonly dropped: Dropped[] = [];
  readonly started: Started[] = [];
  /** What the approver has said, by execution. */
  readonly decisions = new Map<string, boolean>();
  readonly notebooks: Named[] = [];
  readonly jobs: JobEntry[] = [];
  /** ARNs of training jobs that were accepted. */
  readonly trainings = new Set<string>();
  /** Calls that asked for one, each of its own name. */
  trainingsAsked = 0;
  /** What was asked of a model last, and whether that was accepted: it is deployed, or not. */
  model: { wanted: boolean; accepted: boolean } = { wanted: false, accepted: true };
  /** Predictions, by user and item. */
  readonly ratings = new Map<string, number>();
  /** How many answers were looked at as they came, by invariant. */
  readonly looked = new Map<string, number>();
  readonly #wrong = new Map<string, string[]>();

  /** Notes of an answer, as it comes, whether it is what was promised. */
  expect(invariant: string, holds: boolean, otherwise: () => string): void {
    this.looked.set(invariant, (this.looked.get(invariant) ?? 0) + 1);
    if (holds) return;
    const wrong = this.#wrong.get(invariant) ?? [];
    if (wrong.length < 20) wrong.push(otherwise());
    this.#wrong.set(invariant, wrong);
  }

  wrong(invariant: string): string[] {
    return this.#wrong.get(invariant) ?? [];
  }
}
