/** Challenges that wait for their answers: what a user has still to prove, or to choose, before there are tokens. */
import { randomBytes } from "node:crypto";
import { type Challenge, type Client, notAuthorized, type Records, type User } from "./records.ts";

type Name = Challenge["name"];

/** @returns what the answer must name: a session, or for SRP the secret block. */
export function openChallenge(
  records: Records,
  { ClientId: clientId, AuthSessionValidity = 3 }: Client,
  { poolId, username }: Pick<User, "poolId" | "username">,
  challenge: Pick<Challenge, "name" | "srp">,
): string {
  const session = randomBytes(96).toString("base64");
  const expires = Date.now() + AuthSessionValidity * 60_000;
  records.challenges.put(session, { poolId, clientId, username, expires, ...challenge });
  return session;
}

/** A challenge and its user. @throws AwsError `NotAuthorizedException` for another session than its own, or one that is over. */
export function challengeOf(records: Records, name: Name, session = ""): { challenge: Challenge; user: User } {
  const challenge = records.challenges.get(session);
  if (challenge?.name !== name) throw notAuthorized("Invalid session for the user.");
  if (challenge.expires < Date.now()) throw notAuthorized("Invalid session for the user, session is expired.");
  const user = records.find(challenge.poolId, challenge.username);
  // Who was never there is answered like anybody else.
  if (!user) throw notAuthorized();
  return { challenge, user };
}

/** @throws AwsError unless the client, and the name that the user gives, are those of the challenge. */
export function checkAnswerer(records: Records, { ClientId }: Client, challenge: Challenge, name: string): void {
  const user = records.find(challenge.poolId, name);
  if (challenge.clientId === ClientId && user?.username === challenge.username) return;
  throw notAuthorized("Invalid session for the user.");
}
