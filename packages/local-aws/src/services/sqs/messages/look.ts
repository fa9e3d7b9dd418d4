/** A queue's messages as the console shows them: they stay where they are, and are not counted as received. */
import type { Engine } from "../engine.ts";
import type { Details, KeptAttribute } from "../storage/messages.ts";

/** A message, looked at. Times are milliseconds since 1970. */
export interface LookedAt {
  MessageId: string;
  Body: string;
  Sent: number;
  /** When it can be received; later than now of one that is in flight or delayed. */
  Visible: number;
  Receives: number;
  Group?: string;
  Attributes?: Record<string, KeptAttribute>;
}

/** How many are shown: the oldest. */
const most = 1_000;

/** @throws AwsError when there is no such queue. */
export function messagesOf(engine: Engine, url: string): LookedAt[] {
  const { pool } = engine.at(url);
  return engine.messages
    .sentBefore(pool, Number.MAX_SAFE_INTEGER, most)
    .map(({ message, body, sent, visible, receives, grp, details }) => {
      const { attributes, group = grp ?? undefined } = JSON.parse(details) as Details;
      const more = { ...(group !== undefined && { Group: group }), ...(attributes && { Attributes: attributes }) };
      return { MessageId: message, Body: body, Sent: sent, Visible: visible, Receives: receives, ...more };
    });
}
