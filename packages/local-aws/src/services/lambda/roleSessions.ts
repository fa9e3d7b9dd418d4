/** Sessions of functions' roles for what Lambda does on their behalf, kept for an hour each. */
import type { Cloud, Principal } from "../../service.ts";
import type { VersionRecord } from "./records.ts";

const hour = 60 * 60 * 1000;

export class RoleSessions {
  readonly #cloud: Cloud;
  readonly #sessions = new Map<string, { principal: Principal; until: number }>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** @throws AwsError when the role does not exist or does not trust Lambda. */
  async of({
    configuration: { Role, FunctionName, FunctionArn },
  }: Pick<VersionRecord, "configuration">): Promise<Principal> {
    const key = `${Role} ${FunctionName}`;
    const found = this.#sessions.get(key);
    if (found && found.until > Date.now()) return found.principal;
    const { principal } = await this.#cloud.assumeRole(Role, "lambda.amazonaws.com", FunctionName, FunctionArn);
    if (this.#sessions.size > 1000) this.#sessions.clear();
    this.#sessions.set(key, { principal, until: Date.now() + hour });
    return principal;
  }
}
