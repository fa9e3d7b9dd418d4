/** Signing in: by a password or a refresh token, with the challenge of a first password. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { checkPassword, keptPassword, matches } from "./passwords.ts";
import { type Client, invalid, notAuthorized, type Records, type User, unmodelled } from "./records.ts";
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
  USER_PASSWORD_AUTH: ["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"],
  ADMIN_USER_PASSWORD_AUTH: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"],
  ADMIN_NO_SRP_AUTH: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"],
  REFRESH_TOKEN_AUTH: ["ALLOW_REFRESH_TOKEN_AUTH"],
  REFRESH_TOKEN: ["ALLOW_REFRESH_TOKEN_AUTH"],
};

export function signInOperations(records: Records, tokens: Tokens): Operations<"cognito-idp"> {
  const begin = async (client: Client, { AuthFlow, AuthParameters = {} }: Request) => {
    if (!Object.hasOwn(allowing, AuthFlow)) {
      throw unmodelled(`AuthFlow ${AuthFlow}; allowed are ${Object.keys(allowing).join(", ")}`);
    }
    const { ExplicitAuthFlows = [] } = client;
    if (!allowing[AuthFlow]!.some((flow) => ExplicitAuthFlows.some((own) => own === flow))) {
      const isPassword = AuthFlow === "USER_PASSWORD_AUTH";
      throw invalid(`${isPassword ? "USER_PASSWORD_AUTH" : "Auth"} flow not enabled for this client`);
    }
    if (AuthFlow.startsWith("REFRESH_TOKEN")) {
      const { REFRESH_TOKEN: token } = AuthParameters;
      if (token === undefined) throw invalid("Missing required parameter REFRESH_TOKEN");
      return { ChallengeParameters: {}, AuthenticationResult: await tokens.refresh(client, token) };
    }
    const { USERNAME: name, PASSWORD: password, SECRET_HASH: hash } = AuthParameters;
    if (name === undefined) throw invalid("Missing required parameter USERNAME");
    if (password === undefined) throw invalid("Missing required parameter PASSWORD");
    checkSecret(client, name, hash);
    const user = await authenticated(client, name, password);
    if (user.status === "FORCE_CHANGE_PASSWORD") return newPassword(client, user);
    return { ChallengeParameters: {}, AuthenticationResult: await tokens.begin(client, user) };
  };

  const authenticated = async (client: Client, name: string, password: string): Promise<User> => {
    const user = records.find(client.UserPoolId, name);
    if (!user && client.PreventUserExistenceErrors !== "ENABLED") {
      throw new AwsError("UserNotFoundException", "User does not exist.");
    }
    // One that is not there takes as long as one that is.
    if (!(await matches(user?.password, password)) || !user) throw notAuthorized();
    if (!user.enabled) throw notAuthorized("User is disabled.");
    if (user.status === "UNCONFIRMED") throw new AwsError("UserNotConfirmedException", "User is not confirmed.");
    if (user.status === "RESET_REQUIRED") {
      throw new AwsError("PasswordResetRequiredException", "Password reset required for the user");
    }
    return user;
  };

  const newPassword = (client: Client, user: User) => {
    const Session = randomBytes(96).toString("base64url");
    const { ClientId: clientId, AuthSessionValidity = 3 } = client;
    const expires = Date.now() + AuthSessionValidity * 60_000;
    records.challenges.put(Session, { poolId: user.poolId, clientId, username: user.username, expires });
    const ChallengeParameters = {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: "[]",
      userAttributes: JSON.stringify(user.attributes),
    };
    return { ChallengeName: "NEW_PASSWORD_REQUIRED" as const, Session, ChallengeParameters };
  };

  const respond = async (client: Client, { ChallengeName, Session = "", ChallengeResponses = {} }: Response) => {
    if (ChallengeName !== "NEW_PASSWORD_REQUIRED") {
      throw unmodelled(`the challenge ${ChallengeName}; allowed is NEW_PASSWORD_REQUIRED`);
    }
    const challenge = records.challenges.get(Session);
    if (!challenge || challenge.clientId !== client.ClientId) throw notAuthorized("Invalid session for the user.");
    if (challenge.expires < Date.now()) throw notAuthorized("Invalid session for the user, session is expired.");
    const { USERNAME: name, NEW_PASSWORD: password, SECRET_HASH: hash, ...more } = ChallengeResponses;
    if (name === undefined) throw invalid("Missing required parameter USERNAME");
    if (password === undefined) throw invalid("Missing required parameter NEW_PASSWORD");
    checkSecret(client, name, hash);
    const user = records.user(challenge.poolId, challenge.username);
    if (records.find(challenge.poolId, name)?.sub !== user.sub) throw notAuthorized("Invalid session for the user.");
    const pool = records.pool(challenge.poolId);
    checkPassword(pool, password);
    const given = Object.entries(more).flatMap(([key, Value]) =>
      key.startsWith("userAttributes.") ? [{ Name: key.slice("userAttributes.".length), Value }] : [],
    );
    const attributes = { ...user.attributes, ...attributesIn(pool, given) };
    const changed: User = { ...user, attributes, password: await keptPassword(password), status: "CONFIRMED" };
    records.put(changed);
    records.challenges.delete(Session);
    return { ChallengeParameters: {}, AuthenticationResult: await tokens.begin(client, changed) };
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
