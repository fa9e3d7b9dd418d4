/**
 * Cognito's user pools: users sign up and in, and get tokens that API Gateway's authorizers and every JWT library verify.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/
 */
import type { Cloud, Service } from "../../service.ts";
import { adminOperations } from "./admin.ts";
import { groupOperations } from "./groups.ts";
import { mfaOperations } from "./mfa.ts";
import { poolOperations } from "./pools.ts";
import { Records } from "./records.ts";
import { selfServiceOperations } from "./selfService.ts";
import { signInOperations } from "./signIn.ts";
import { type Issuer, Tokens } from "./tokens.ts";

/** What users and their programs ask for without AWS's credentials: they have a client's id, a password, a token. */
const open = [
  ...["SignUp", "ConfirmSignUp", "ResendConfirmationCode", "ForgotPassword", "ConfirmForgotPassword", "ChangePassword"],
  ...["GetUser", "UpdateUserAttributes", "DeleteUser", "GlobalSignOut", "RevokeToken", "InitiateAuth"],
  ...["RespondToAuthChallenge", "AssociateSoftwareToken", "VerifySoftwareToken", "SetUserMFAPreference"],
];

/** @param issuer signs tokens, by a key of each pool. */
export function createCognitoIdp(cloud: Cloud, issuer: Issuer): Service {
  const records = new Records(cloud);
  const tokens = new Tokens(records, issuer);
  return {
    name: "cognito-idp",
    shapes: () => import("@aws-sdk/client-cognito-identity-provider"),
    unsigned: Object.fromEntries(open.map((operation) => [operation, undefined])),
    operations: {
      ...poolOperations(cloud, records),
      ...adminOperations(cloud, records),
      ...groupOperations(records),
      ...signInOperations(records, tokens),
      ...mfaOperations(records, tokens),
      ...selfServiceOperations(cloud, records, tokens),
    },
  };
}
