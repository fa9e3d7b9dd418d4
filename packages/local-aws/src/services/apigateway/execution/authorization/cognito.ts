/**
 * Cognito user pools: tokens of a pool, verified as API Gateway does, and the local issuer of them. Each pool has a key
 * of its own, created on first use and kept in the store, so that tokens outlive a restart.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
 */

import { randomUUID } from "node:crypto";
import type { JWK, JWTPayload } from "jose";
import { isRegion } from "../../../../arn.ts";
import type { Cloud } from "../../../../service.ts";
import type { Collection } from "../../../../store.ts";
import type { Authorizer } from "../../model.ts";
import type { Exchange } from "../exchange.ts";
import { GatewayFailure } from "../failure.ts";

interface PoolKey {
  kid: string;
  privateKey: JWK;
  publicKey: JWK;
}

export interface TokenRequest {
  /** Any claims: `sub`, `scope`, `cognito:groups`, … */
  claims?: JWTPayload;
  /** Default `id`. */
  tokenUse?: "id" | "access";
  /** Seconds, default 3,600; a negative value gives an expired token. */
  expiresIn?: number;
}

const ALGORITHM = "RS256";

/** Loaded for the first token: most programs have no user pool. */
const jose = () => import("jose");

export class CognitoIssuer {
  readonly #keys: Collection<PoolKey>;
  readonly #making = new Map<string, Promise<PoolKey>>();
  readonly #region: string;

  /** @param cloud stores the keys, and gives the region of pools whose id names none. */
  constructor(cloud: Pick<Cloud, "store" | "region">) {
    this.#keys = cloud.store.collection("cognito.keys");
    this.#region = cloud.region;
  }

  /** A pool's id begins with its region. */
  issuer(poolId: string): string {
    const [region = ""] = poolId.split("_", 1);
    return `https://cognito-idp.${isRegion(region) ? region : this.#region}.amazonaws.com/${poolId}`;
  }

  /** What AWS serves at `ISSUER/.well-known/jwks.json`. */
  async jwks(poolId: string): Promise<{ keys: JWK[] }> {
    const { kid, publicKey } = await this.#key(poolId);
    return { keys: [{ ...publicKey, kid, alg: ALGORITHM, use: "sig" }] };
  }

  /** A token as the pool itself would have signed it. */
  async mint(poolId: string, { claims = {}, tokenUse = "id", expiresIn = 3600 }: TokenRequest = {}): Promise<string> {
    const { kid, privateKey } = await this.#key(poolId);
    const { importJWK, SignJWT } = await jose();
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ sub: randomUUID(), token_use: tokenUse, jti: randomUUID(), auth_time: now, ...claims })
      .setProtectedHeader({ alg: ALGORITHM, kid })
      .setIssuer(this.issuer(poolId))
      .setIssuedAt(Math.min(now, now + expiresIn))
      .setExpirationTime(now + expiresIn)
      .sign(await importJWK(privateKey, ALGORITHM));
  }

  /**
   * The claims of the request's token: an id token, or, for a method with scopes, an access token that has one of them.
   * @throws GatewayFailure 401
   */
  async verify(exchange: Exchange, { providerARNs = [], identitySource, identityValidationExpression }: Authorizer) {
    const header = (identitySource ?? "method.request.header.Authorization").slice("method.request.header.".length);
    const token = exchange.header(header.toLowerCase())?.replace(/^Bearer\s+/i, "");
    if (!token) throw refused("no token");
    const claims = await this.#verified(token, providerARNs);
    const scopes = exchange.method.method.authorizationScopes ?? [];
    if (scopes.length > 0) {
      const granted = String(claims.scope ?? "").split(" ");
      if (claims.token_use !== "access") throw refused("a method with scopes takes an access token");
      if (!scopes.some((scope) => granted.includes(scope))) throw refused("the token has none of the method's scopes");
    } else if (claims.token_use !== "id") throw refused("a method without scopes takes an id token");
    const audience = String(claims.aud ?? claims.client_id ?? "");
    if (identityValidationExpression && !(await matches(identityValidationExpression, audience))) {
      throw refused("the token's audience does not match");
    }
    return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, text(value)]));
  }

  async #verified(token: string, providerARNs: string[]): Promise<JWTPayload> {
    const { errors, importJWK, jwtVerify } = await jose();
    const pools = providerARNs.map((arn) => arn.slice(arn.lastIndexOf("/") + 1));
    for (const poolId of pools) {
      // Only an existing key can have signed anything.
      const key = this.#keys.get(poolId);
      if (!key) continue;
      try {
        const options = { issuer: this.issuer(poolId), algorithms: [ALGORITHM] };
        return (await jwtVerify(token, await importJWK(key.publicKey, ALGORITHM), options)).payload;
      } catch (error) {
        if (error instanceof errors.JWTExpired) {
          throw new GatewayFailure("UNAUTHORIZED", "The incoming token has expired");
        }
      }
    }
    throw refused("no pool of the authorizer has signed the token");
  }

  #key(poolId: string): Promise<PoolKey> {
    const known = this.#keys.get(poolId);
    if (known) return Promise.resolve(known);
    const making = this.#making.get(poolId) ?? this.#make(poolId);
    this.#making.set(poolId, making);
    return making;
  }

  async #make(poolId: string): Promise<PoolKey> {
    const { exportJWK, generateKeyPair } = await jose();
    const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const key = { kid: randomUUID(), privateKey: await exportJWK(privateKey), publicKey: await exportJWK(publicKey) };
    this.#keys.put(poolId, key);
    this.#making.delete(poolId);
    return key;
  }
}

const refused = (logged: string) => new GatewayFailure("UNAUTHORIZED", undefined, { logged });

/** Claims reach a function as strings; a list is joined, as API Gateway does. */
const text = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value));

/** Loaded when the first authorizer has one: most clouds never need the engine of expressions. */
async function matches(expression: string, text: string): Promise<boolean> {
  const { compileExpression } = await import("../../../../expression.ts");
  return compileExpression(expression).matchesWhole(text);
}
