/** Signing in: by a password, sent or proved by SRP, or a refresh token; with the challenges that come in between. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { challengeOf, checkAnswerer, openChallenge } from "./challenges.ts";
import { checkFactor, needsFactor } from "./mfa.ts";
import { checkPassword, matches, secretsOf } from "./passwords.ts";
import { type Challenge, type Client, invalid, notAuthorized, type Records, type User, unmodelled } from "./records.ts";
import { beginExchange, isProved, isPublicKey, verifierOf } from "./srp.ts";
import type { Tokens } from "./tokens.ts";
import { attributesIn } from "./users.ts";

interface Request {
  ClientId: string;
  AuthFlow: string;
  AuthParameters?: Record<string, string> | undefined;
}

interface Response {
  ClientId: string;
  ChallengeName: string;
  Session?: string | undefined;
  ChallengeResponses?: Record<string, string> | undefined;
}

/** What a client must allow for a flow. */
const allowing: Record<string, string[]> = {
  USER_SRP_AUTH: ["ALLOW_USER_SRP_AUTH"],
  USER_PASSWORD_AUTH: ["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"],
  ADMIN_USER_PASSWORD_AUTH: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"],
  ADMIN_NO_SRP_AUTH: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"],
  REFRESH_TOKEN_AUTH: ["ALLOW_REFRESH_TOKEN_AUTH"],
  REFRESH_TOKEN: ["ALLOW_REFRESH_TOKEN_AUTH"],
};

const required = (given: Record<string, string>, name: string): string => {
  const value = given[name];
  if (value === undefined) throw invalid(`Missing required parameter ${name}`);
  return value;
};

/** @throws AwsError unless the client may sign in so. Where it names flows in the old manner, SRP is always allowed. */
function checkFlow({ ExplicitAuthFlows: own = [] }: Client, flow: string): void {
  if (!Object.hasOwn(allowing, flow)) {
    throw unmodelled(`AuthFlow ${flow}; allowed are ${Object.keys(allowing).join(", ")}`);
  }
  if (allowing[flow]!.some((one) => own.some((given) => given === one))) return;
  const isOld = !own.some((one) => one.startsWith("ALLOW_") || one === "CUSTOM_AUTH_FLOW_ONLY");
  if (flow === "USER_SRP_AUTH" && isOld) return;
  if (flow === "USER_SRP_AUTH") throw invalid("USER_SRP_AUTH is not enabled for the client.");
  throw invalid(`${flow === "USER_PASSWORD_AUTH" ? "USER_PASSWORD_AUTH" : "Auth"} flow not enabled for this client`);
}

export function signInOperations(records: Records, tokens: Tokens): Operations<"cognito-idp"> {
  const begin = async (client: Client, { AuthFlow, AuthParameters = {} }: Request) => {
    checkFlow(client, AuthFlow);
    if (AuthFlow.startsWith("REFRESH_TOKEN")) {
      const token = required(AuthParameters, "REFRESH_TOKEN");
      return { ChallengeParameters: {}, AuthenticationResult: await tokens.refresh(client, token) };
    }
    const name = required(AuthParameters, "USERNAME");
    const proof = required(AuthParameters, AuthFlow === "USER_SRP_AUTH" ? "SRP_A" : "PASSWORD");
    checkSecret(client, name, AuthParameters.SECRET_HASH);
    const user = records.find(client.UserPoolId, name);
    if (!user && client.PreventUserExistenceErrors !== "ENABLED") {
      throw new AwsError("UserNotFoundException", "User does not exist.");
    }
    if (AuthFlow === "USER_SRP_AUTH")
      return exchange(client, user ?? { poolId: client.UserPoolId, username: name }, proof);
    // One that is not there takes as long as one that is.
    if (!(await matches(user?.password, proof)) || !user) throw notAuthorized();
    return afterPassword(client, user);
  };

  /** Begins SRP. Who is not there, or has no password, is asked like anybody else. */
  const exchange = (client: Client, user: Pick<User, "poolId" | "username" | "srp">, clientKey: string) => {
    if (!isPublicKey(clientKey)) throw invalid("SRP_A must be a hexadecimal number");
    const { poolId, username, srp = verifierOf(poolId, username, crypto.randomUUID()) } = user;
    const own = { clientKey, ...beginExchange(srp), verifier: srp.verifier };
    const SECRET_BLOCK = openChallenge(records, client, user, { name: "PASSWORD_VERIFIER", srp: own });
    const ChallengeParameters = {
      ...{ USERNAME: username, USER_ID_FOR_SRP: username, SALT: srp.salt },
      ...{ SRP_B: own.publicKey, SECRET_BLOCK },
    };
    return { ChallengeName: "PASSWORD_VERIFIER" as const, ChallengeParameters };
  };

  const challenged = (
    client: Client,
    user: User,
    name: Exclude<Challenge["name"], "PASSWORD_VERIFIER">,
    more: object,
  ) => ({
    ChallengeName: name,
    Session: openChallenge(records, client, user, { name }),
    ChallengeParameters: { USER_ID_FOR_SRP: user.username, ...more },
  });

  const afterPassword = async (client: Client, user: User) => {
    if (!user.enabled) throw notAuthorized("User is disabled.");
    if (user.status === "UNCONFIRMED") throw new AwsError("UserNotConfirmedException", "User is not confirmed.");
    if (user.status === "RESET_REQUIRED") {
      throw new AwsError("PasswordResetRequiredException", "Password reset required for the user");
    }
    if (user.status === "FORCE_CHANGE_PASSWORD") {
      const more = { requiredAttributes: "[]", userAttributes: JSON.stringify(user.attributes) };
      return challenged(client, user, "NEW_PASSWORD_REQUIRED", more);
    }
    return afterStatus(client, user);
  };

  const afterStatus = async (client: Client, user: User) => {
    switch (needsFactor(records.pool(user.poolId), user)) {
      case "SOFTWARE_TOKEN_MFA":
        return challenged(client, user, "SOFTWARE_TOKEN_MFA", { FRIENDLY_DEVICE_NAME: user.totp?.device ?? "" });
      case "MFA_SETUP":
        return challenged(client, user, "MFA_SETUP", { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' });
      default:
        return signedIn(client, user);
    }
  };

  const signedIn = async (client: Client, user: User) => ({
    ChallengeParameters: {},
    AuthenticationResult: await tokens.begin(client, user),
  });

  type Answer = (client: Client, given: Record<string, string>, found: { challenge: Challenge; user: User }) => object;
  const answers: Record<Challenge["name"], Answer> = {
    PASSWORD_VERIFIER(client, given, { challenge: { srp, poolId }, user }) {
      const signature = required(given, "PASSWORD_CLAIM_SIGNATURE");
      const timestamp = required(given, "TIMESTAMP");
      const secretBlock = required(given, "PASSWORD_CLAIM_SECRET_BLOCK");
      const proof = { ...srp!, poolId, username: user.username, secretBlock, timestamp, signature };
      if (!user.srp || !isProved(proof)) throw notAuthorized();
      return afterPassword(client, user);
    },
    async NEW_PASSWORD_REQUIRED(client, { NEW_PASSWORD: password, ...more }, { user }) {
      if (password === undefined) throw invalid("Missing required parameter NEW_PASSWORD");
      const pool = records.pool(user.poolId);
      checkPassword(pool, password);
      const given = Object.entries(more).flatMap(([key, Value]) =>
        key.startsWith("userAttributes.") ? [{ Name: key.slice("userAttributes.".length), Value }] : [],
      );
      const attributes = { ...user.attributes, ...attributesIn(pool, given) };
      const changed: User = { ...user, attributes, ...(await secretsOf(user, password)), status: "CONFIRMED" };
      records.put(changed);
      return afterStatus(client, changed);
    },
    SOFTWARE_TOKEN_MFA(client, given, { user }) {
      records.put(checkFactor(user, required(given, "SOFTWARE_TOKEN_MFA_CODE")));
      return signedIn(client, user);
    },
    MFA_SETUP(client, _given, { user }) {
      if (!user.totp) throw notAuthorized("Invalid session for the user.");
      return signedIn(client, user);
    },
  };

  const respond = async (client: Client, { ChallengeName, Session, ChallengeResponses = {} }: Response) => {
    if (!Object.hasOwn(answers, ChallengeName)) {
      throw unmodelled(`the challenge ${ChallengeName}; allowed are ${Object.keys(answers).join(", ")}`);
    }
    const challengeName = ChallengeName as Challenge["name"];
    const session = challengeName === "PASSWORD_VERIFIER" ? ChallengeResponses.PASSWORD_CLAIM_SECRET_BLOCK : Session;
    const name = required(ChallengeResponses, "USERNAME");
    checkSecret(client, name, ChallengeResponses.SECRET_HASH);
    const found = challengeOf(records, challengeName, session);
    checkAnswerer(records, client, found.challenge, name);
    const answer = await answers[challengeName](client, ChallengeResponses, found);
    records.challenges.delete(session ?? "");
    return answer;
  };

  return {
    InitiateAuth: {
      access: () => [],
      run(input) {
        if (input.AuthFlow.startsWith("ADMIN_"))
          throw invalid(`Initiate Auth method not supported: ${input.AuthFlow} needs AdminInitiateAuth`);
        return begin(records.client(input.ClientId), input);
      },
    },
    RespondToAuthChallenge: {
      access: () => [],
      run: (input) => respond(records.client(input.ClientId), input),
    },
    AdminInitiateAuth: {
      access: ({ UserPoolId }) => records.needs("AdminInitiateAuth", UserPoolId),
      run: (input) => begin(records.client(input.ClientId, input.UserPoolId), input),
    },
    AdminRespondToAuthChallenge: {
      access: ({ UserPoolId }) => records.needs("AdminRespondToAuthChallenge", UserPoolId),
      run: (input) => respond(records.client(input.ClientId, input.UserPoolId), input),
    },
    RevokeToken: {
      access: () => [],
      run({ ClientId, ClientSecret, Token }) {
        const client = records.client(ClientId);
        if (client.ClientSecret !== ClientSecret) throw notAuthorized("Invalid client credentials");
        tokens.revoke(client, Token);
        return {};
      },
    },
  };
}

/** @throws AwsError unless the client's secret is proved, where it has one. */
export function checkSecret({ ClientId, ClientSecret }: Client, name: string, given: string | undefined): void {
  if (ClientSecret === undefined) return;
  if (given === undefined) {
    throw notAuthorized(`Client ${ClientId} is configured with secret but SECRET_HASH was not received`);
  }
  const expected = createHmac("sha256", ClientSecret)
    .update(name + ClientId)
    .digest();
  const found = Buffer.from(given, "base64");
  if (found.length === expected.length && timingSafeEqual(found, expected)) return;
  throw notAuthorized(`SecretHash does not match for the client: ${ClientId}`);
}
