/**
 * Where mail ends up on one machine: in the store, readable at the endpoint (`GET /_aws/mail`), and on a diagnostics
 * channel, for the terminal. Nothing leaves the machine.
 */
import { randomUUID } from "node:crypto";
import { channel } from "node:diagnostics_channel";
import type { Store } from "./store.ts";

export interface Mail {
  id: string;
  /** ISO, UTC. */
  at: string;
  from: string;
  to: string;
  subject: string;
  /** Plain text. */
  body: string;
  /** Every URL in the body, in order. */
  links: string[];
  /** What its reader is to do, for the terminal; absent where nothing is. */
  asks?: string;
}

/** A mail with its key: keys are in the order of arrival. */
export interface KeptMail extends Mail {
  key: string;
}

/** Each mail is published here: `mailChannel.subscribe((mail) => …)`. */
export const mailChannel = channel("local-cloud:mail");

/** How many mails are kept. */
const kept = 1_000;

/** Puts a mail into the collection `mail`, under keys in the order of arrival. */
export function deliverMail(store: Store, given: Omit<Mail, "id" | "at" | "links">): Mail {
  const at = new Date().toISOString();
  const links = [...given.body.matchAll(/https?:\/\/[^\s<>"]+/g)].map(([link]) => link);
  const mail: Mail = { id: randomUUID(), at, ...given, links };
  const mails = store.collection<Mail>("mail");
  mails.put(`${at} ${mail.id}`, mail);
  const all = mails.entries();
  for (const [key] of all.slice(0, Math.max(0, all.length - kept))) mails.delete(key);
  mailChannel.publish(mail);
  return mail;
}

/** Mails stored after the one with that key, oldest first. */
export const mailsAfter = (store: Store, after: string): KeptMail[] =>
  store
    .collection<Mail>("mail")
    .entries()
    .filter(([key]) => key > after)
    .map(([key, mail]) => ({ key, ...mail }));
