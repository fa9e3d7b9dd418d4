import { Failure } from "./failure.ts";
import { clientOf, localStack } from "./stack.ts";

/** A mail that the one-machine AWS kept instead of sending it. */
export interface LocalMail {
  /** Keys are in the order of arrival. */
  key: string;
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  from: string;
  to: string;
  subject: string;
  /** Plain text. */
  body: string;
  links: string[];
}

/**
 * The mails that the local cloud keeps, oldest first.
 * @param after key of the last one that was seen: only later ones. Default: all.
 * @throws {Failure} for another stack, whose mails are in their receivers' mailboxes, and while the local cloud does not run.
 */
export async function readMail(stack: string, after = ""): Promise<LocalMail[]> {
  if (stack !== localStack) throw new Failure(`Mails of stack "${stack}" are sent; only the local stack keeps them.`);
  const { endpoint } = clientOf(localStack);
  const url = `${endpoint}/_aws/mail?after=${encodeURIComponent(after)}`;
  const answer = await fetch(url).catch(() => {
    throw new Failure(`The local cloud does not answer on ${endpoint}. Start it: npm start`);
  });
  if (!answer.ok)
    throw new Failure(
      `The local cloud on ${endpoint} has no mails to show (${answer.status}): it is of another version.`,
    );
  const { mails } = (await answer.json()) as { mails: LocalMail[] };
  return mails;
}
