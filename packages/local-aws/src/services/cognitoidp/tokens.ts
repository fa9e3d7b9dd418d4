/** Tokens of a session: signed by the pool's key, which API Gateway's authorizers know. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { AuthenticationResultType, TokenValidityUnitsType } from "@aws-sdk/client-cognito-identity-provider";
import type { JWTPayload } from "jose";
import { type Client, notAuthorized, type Records, type Session, type User } from "./records.ts";

/** Keys of pools, and what they sign. */
export interface Issuer {
  issuer(pool: string): string;
  jwks(pool: string): Promise<{ keys: object[] }>;
  mint(pool: string, request: { claims: JWTPayload; tokenUse: "id" | "access"; expiresIn: number }): Promise<string>;
}

const unitSeconds: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

/** Seconds that a token of the client is valid. */
function validity({ TokenValidityUnits, ...client }: Client, kind: keyof TokenValidityUnitsType): number {
  const count = client[`${kind}Validity`];
  const unit = TokenValidityUnits?.[kind] ?? (kind === "RefreshToken" ? "days" : "hours");
  return (count || (kind === "RefreshToken" ? 30 : 1)) * unitSeconds[unit]!;
}

const keyOf = (refresh: string): string => createHash("sha256").update(refresh).digest("hex");

export class Tokens {
  readonly #records: Records;
  readonly #issuer: Issuer;

  constructor(records: Records, issuer: Issuer) {
    this.#records = records;
    this.#issuer = issuer;
  }

  /** Signs a user in. */
  async begin(client: Client, user: User): Promise<AuthenticationResultType> {
    const RefreshToken = randomBytes(96).toString("base64url");
    const session: Session = {
      ...{ poolId: user.poolId, clientId: client.ClientId, username: user.username, origin: randomUUID() },
      signedIn: Math.floor(Date.now() / 1000),
      expires: Date.now() + validity(client, "RefreshToken") * 1000,
    };
    this.#records.sessions.put(keyOf(RefreshToken), session);
    return { ...(await this.#issue(client, user, session)), RefreshToken };
  }

  /** @throws AwsError for a token that is over, revoked, or another client's. */
  async refresh(client: Client, refresh: string): Promise<AuthenticationResultType> {
    const session = this.#records.sessions.get(keyOf(refresh));
    if (!session || session.clientId !== client.ClientId) throw notAuthorized("Invalid Refresh Token");
    if (session.expires < Date.now()) throw notAuthorized("Refresh Token has expired");
    const user = this.#records.find(session.poolId, session.username);
    if (!user) throw notAuthorized("Refresh Token has been revoked");
    if (!user.enabled) throw notAuthorized("User is disabled.");
    return this.#issue(client, user, session);
  }

  revoke(client: Client, refresh: string): void {
    const session = this.#records.sessions.get(keyOf(refresh));
    if (session?.clientId === client.ClientId) this.#records.sessions.delete(keyOf(refresh));
  }

  async #issue(client: Client, user: User, { origin, signedIn }: Session): Promise<AuthenticationResultType> {
    const groups = this.#inOrder(user);
    const shared: JWTPayload = {
      ...{ sub: user.sub, origin_jti: origin, event_id: randomUUID(), auth_time: signedIn },
      ...(groups.length > 0 && { "cognito:groups": groups.map(({ GroupName }) => GroupName) }),
    };
    const roles = groups.flatMap(({ RoleArn }) => RoleArn ?? []);
    const attributes = Object.entries(user.attributes).map(([name, value]): [string, unknown] => [
      name,
      name.endsWith("_verified") ? value === "true" : value,
    ]);
    const idClaims = {
      ...Object.fromEntries(attributes),
      ...shared,
      ...{ "cognito:username": user.username, aud: client.ClientId },
      ...(roles.length > 0 && { "cognito:roles": roles, "cognito:preferred_role": roles[0] }),
    };
    const accessClaims = {
      ...shared,
      ...{ client_id: client.ClientId, username: user.username, scope: "aws.cognito.signin.user.admin" },
    };
    const ExpiresIn = validity(client, "AccessToken");
    const [IdToken, AccessToken] = await Promise.all([
      this.#issuer.mint(user.poolId, { claims: idClaims, tokenUse: "id", expiresIn: validity(client, "IdToken") }),
      this.#issuer.mint(user.poolId, { claims: accessClaims, tokenUse: "access", expiresIn: ExpiresIn }),
    ]);
    return { AccessToken, IdToken, ExpiresIn, TokenType: "Bearer" };
  }

  /** A user's groups, the one of the highest precedence first. */
  #inOrder({ poolId, groups }: User) {
    return groups
      .map((name) => this.#records.group(poolId, name))
      .toSorted((a, b) => (a.Precedence ?? Number.MAX_VALUE) - (b.Precedence ?? Number.MAX_VALUE));
  }

  /** Whose access token it is. @throws AwsError for any other text, and once the session is over. */
  async userOf(token: string): Promise<User> {
    const { createLocalJWKSet, decodeJwt, errors, jwtVerify } = await import("jose");
    try {
      const poolId = String(decodeJwt(token).iss).split("/").at(-1) ?? "";
      if (!this.#records.pools.has(poolId)) throw notAuthorized("Invalid Access Token");
      const keys = createLocalJWKSet((await this.#issuer.jwks(poolId)) as Parameters<typeof createLocalJWKSet>[0]);
      const { payload } = await jwtVerify(token, keys, { issuer: this.#issuer.issuer(poolId) });
      if (payload.token_use !== "access") throw notAuthorized("Invalid Access Token");
      const isOpen = this.#records.sessions.values().some(({ origin }) => origin === payload.origin_jti);
      if (!isOpen) throw notAuthorized("Access Token has been revoked");
      const user = this.#records.user(poolId, String(payload.username));
      if (!user.enabled) throw notAuthorized("User is disabled.");
      return user;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw notAuthorized("Access Token has expired");
      if (error instanceof errors.JOSEError) throw notAuthorized("Invalid Access Token");
      throw error;
    }
  }
}
