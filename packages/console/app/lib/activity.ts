/** What the cloud tells of. */
import type { Activity as Told } from "local-aws";

/** A mail was sent. */
export interface MailActivity {
  kind: "mail";
  at: number;
}

export type Activity = Told | MailActivity;
export type Of<Kind extends Activity["kind"]> = Extract<Activity, { kind: Kind }>;

/** Chooses events of one kind. */
export const isKind =
  <Kind extends Activity["kind"]>(kind: Kind) =>
  (activity: Activity): activity is Of<Kind> =>
    activity.kind === kind;
