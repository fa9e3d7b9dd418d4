import { randomBytes } from "node:crypto";
import type { Cloud, RoleSession } from "../../service.ts";
import type { Execution } from "./records.ts";

/** Milliseconds that a role's session serves the executions that begin meanwhile. */
const sessionLife = 60_000;

/** Sessions of machines' roles: what a session may do is looked up at each call, the trust in Step Functions once a minute. */
export class Sessions {
  readonly #cloud: Cloud;
  readonly #known = new Map<string, { session: Promise<RoleSession>; until: number }>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  of({ roleArn, machineArn }: Pick<Execution, "roleArn" | "machineArn">): Promise<RoleSession> {
    const key = `${roleArn} ${machineArn}`;
    const known = this.#known.get(key);
    if (known && known.until > Date.now()) return known.session;
    const name = randomBytes(8).toString("hex");
    const session = this.#cloud.assumeRole(roleArn, "states.amazonaws.com", name, machineArn);
    this.#known.set(key, { session, until: Date.now() + sessionLife });
    session.catch(() => this.#known.delete(key));
    return session;
  }
}
