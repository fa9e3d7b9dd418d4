import { randomBytes } from "node:crypto";
import type { Cloud, RoleSession } from "../service.ts";

/** Milliseconds that a role's session serves the executions that begin meanwhile. */
const sessionLife = 60_000;

/** Sessions of machines' roles: what a session may do is looked up at each call, the trust in Step Functions once a minute. */
export class Sessions {
  readonly #cloud: Cloud;
  readonly #known = new Map<string, { session: Promise<RoleSession>; until: number }>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  of(roleArn: string): Promise<RoleSession> {
    const known = this.#known.get(roleArn);
    if (known && known.until > Date.now()) return known.session;
    const session = this.#cloud.assumeRole(roleArn, "states.amazonaws.com", randomBytes(8).toString("hex"));
    this.#known.set(roleArn, { session, until: Date.now() + sessionLife });
    session.catch(() => this.#known.delete(roleArn));
    return session;
  }
}
