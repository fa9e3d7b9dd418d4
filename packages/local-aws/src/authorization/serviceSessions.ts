/** Sessions of roles in which AWS's services work for a resource: a function's, a state machine's, a schedule's. */
import { type RoleSession, servicePrincipal } from "../service.ts";
import type { Authorizer } from "./authorizer.ts";
import type { Directory } from "./directory.ts";
import { assumedRole, assumeRoleAccess, existingRole, openSession } from "./sessions.ts";

/** As long as Lambda's sessions are valid. */
const durationSeconds = 12 * 3600;

/** Opens sessions and reuses each while half of its lifetime is left: some services ask for one at every request. */
export class ServiceSessions {
  readonly #directory: Directory;
  readonly #authorizer: Authorizer;
  readonly #accountId: string;
  readonly #open = new Map<string, RoleSession>();

  constructor(directory: Directory, authorizer: Authorizer, accountId: string) {
    this.#directory = directory;
    this.#authorizer = authorizer;
    this.#accountId = accountId;
  }

  /** @throws AwsError `AccessDenied` unless the role exists and trusts the service; checked at every call. */
  assume(roleArn: string, service: string, sessionName: string, sourceArn?: string): RoleSession {
    const caller = servicePrincipal(service, sourceArn);
    const role = existingRole(this.#directory, roleArn, caller);
    this.#authorizer.authorize({ principal: caller, operation: "AssumeRole" }, [assumeRoleAccess(role)]);
    const id = `${role.RoleId} ${service} ${sessionName}`;
    let session = this.#open.get(id);
    if (!session || session.credentials.expiration.getTime() - Date.now() < durationSeconds * 500) {
      session = openSession(this.#directory, assumedRole(role, sessionName, this.#accountId), { durationSeconds });
      if (this.#open.size > 10_000) this.#open.clear();
      this.#open.set(id, session);
    }
    return session;
  }
}
