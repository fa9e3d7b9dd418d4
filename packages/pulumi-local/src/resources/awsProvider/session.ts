import type { AwsError, Cloud, Principal } from "local-aws/service";
import { parseDuration } from "../../engine/duration.ts";
import type { Properties } from "../../engine/provider.ts";
import { type AssumeRole, checkArguments, given, rolesOf } from "./arguments.ts";

interface Session {
  /** `undefined`: the account's administrator. */
  principal: Principal | undefined;
  /** In milliseconds; roles' sessions end. */
  expires: number;
}

const keyOf = (config: Properties): string => JSON.stringify(given(config).sort());

/** A session is renewed when less than this is left of it, in milliseconds. */
const reserve = 300_000;

/** Who a provider calls AWS as: by its keys, and by the roles that it assumes with them. One session for each set of arguments. */
export class Sessions {
  readonly #cloud: Cloud;
  readonly #open = new Map<string, Promise<Session>>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /**
   * @param config the provider's arguments.
   * @throws Error as the provider says it, when its arguments are refused, or a role cannot be assumed.
   */
  async principal(config: Properties): Promise<Principal | undefined> {
    const session = await this.#open.get(keyOf(config));
    if (session && session.expires - Date.now() >= reserve) return session.principal;
    return this.renew(config);
  }

  /** {@link principal}, of a session of its own: the keys may be gone since the last, and the roles trust others. */
  async renew(config: Properties): Promise<Principal | undefined> {
    const opening = this.#start(config);
    this.#open.set(keyOf(config), opening);
    // What could not be had is asked for again: the role may be there by then.
    opening.catch(() => this.#open.delete(keyOf(config)));
    return (await opening).principal;
  }

  async #start(config: Properties): Promise<Session> {
    checkArguments(config, this.#cloud);
    let session: Session = { principal: this.#keyHolder(config), expires: Number.POSITIVE_INFINITY };
    for (const role of rolesOf(config)) session = await this.#assume(role, session.principal);
    return session;
  }

  #keyHolder({ accessKey, secretKey, token }: Properties): Principal | undefined {
    if (!accessKey) return undefined;
    const credentials = { accessKeyId: String(accessKey), secretAccessKey: String(secretKey) };
    try {
      return this.#cloud.identify({ ...credentials, ...(token ? { sessionToken: String(token) } : {}) });
    } catch (error) {
      const { code, message } = error as AwsError;
      throw new Error(
        `Retrieving AWS account details: validating provider credentials: retrieving caller identity from STS: ${code}: ${message}`,
      );
    }
  }

  async #assume(role: AssumeRole, caller: Principal | undefined): Promise<Session> {
    const { roleArn, duration, externalId, policy, policyArns, sessionName, sourceIdentity, tags } = role;
    const input = {
      RoleArn: roleArn,
      RoleSessionName: sessionName ?? `aws-go-sdk-${Date.now()}`,
      ...(duration && { DurationSeconds: (parseDuration(duration) as number) / 1000 }),
      ...(externalId && { ExternalId: externalId }),
      ...(policy && { Policy: policy }),
      ...(policyArns && { PolicyArns: policyArns.map((arn) => ({ arn })) }),
      ...(sourceIdentity && { SourceIdentity: sourceIdentity }),
      ...(tags && { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
      ...(role.transitiveTagKeys && { TransitiveTagKeys: role.transitiveTagKeys }),
    };
    try {
      const { Credentials, AssumedRoleUser } = await this.#cloud.call<Assumed>("sts", "AssumeRole", input, caller);
      const principal: Principal = {
        kind: "role",
        arn: AssumedRoleUser.Arn,
        accountId: this.#cloud.accountId,
        userId: AssumedRoleUser.AssumedRoleId,
        roleArn,
        accessKeyId: Credentials.AccessKeyId,
      };
      return { principal, expires: Credentials.Expiration.getTime() };
    } catch (error) {
      const { code, message } = error as AwsError;
      throw new Error(`${cannotAssume(roleArn)}\n\nError: operation error STS: AssumeRole, ${code}: ${message}`);
    }
  }
}

interface Assumed {
  Credentials: { AccessKeyId: string; Expiration: Date };
  AssumedRoleUser: { Arn: string; AssumedRoleId: string };
}

/** As Pulumi's AWS provider says it. */
const cannotAssume = (roleArn: string): string => `Cannot assume IAM Role: IAM Role (${roleArn}) cannot be assumed.

There are a number of possible causes of this - the most common are:
  * The credentials used in order to assume the role are invalid
  * The credentials do not have appropriate permission to assume the role
  * The role ARN is not valid`;
