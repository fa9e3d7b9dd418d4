/** A queue's messages as the console shows them: they stay where they are, and are not counted as received. */
import type { LookedAt } from "../../../console/protocol.ts";
import type { Engine } from "../engine.ts";
import type { Details } from "../storage/messages.ts";

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
