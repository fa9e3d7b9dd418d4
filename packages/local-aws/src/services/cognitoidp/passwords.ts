/** Passwords: what a pool demands of them, and how they are kept. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { PasswordPolicyType } from "@aws-sdk/client-cognito-identity-provider";
import { AwsError } from "../../service.ts";
import type { Pool, User } from "./records.ts";
import { verifierOf } from "./srp.ts";

export const defaultPolicy: PasswordPolicyType = {
  ...{ MinimumLength: 8, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true },
  TemporaryPasswordValidityDays: 7,
};

const hash = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>;

/** @throws AwsError `InvalidPasswordException`, in Cognito's words. */
export function checkPassword({ Policies }: Pool, password: string): void {
  const policy = Policies?.PasswordPolicy ?? defaultPolicy;
  const faults: [boolean | undefined, string][] = [
    [password.length < (policy.MinimumLength ?? 8), "Password not long enough"],
    [policy.RequireUppercase && !/[A-Z]/.test(password), "Password must have uppercase characters"],
    [policy.RequireLowercase && !/[a-z]/.test(password), "Password must have lowercase characters"],
    [policy.RequireNumbers && !/\d/.test(password), "Password must have numeric characters"],
    [policy.RequireSymbols && !/[^A-Za-z0-9]/.test(password), "Password must have symbol characters"],
    [password.length > 256, "Password too long"],
  ];
  const [, fault] = faults.find(([wrong]) => wrong) ?? [];
  if (fault) throw new AwsError("InvalidPasswordException", `Password did not conform with policy: ${fault}`);
}

/** What is kept of a user's password: a hash for those who send it, a verifier for those who prove it. */
export async function secretsOf(
  { poolId, username }: Pick<User, "poolId" | "username">,
  password: string,
): Promise<Required<Pick<User, "password" | "srp">>> {
  return { password: await hashed(password), srp: verifierOf(poolId, username, password) };
}

async function hashed(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString("base64")} ${(await hash(password, salt, 32)).toString("base64")}`;
}

export async function matches(kept: string | undefined, password: string): Promise<boolean> {
  const [salt = "", expected = ""] = (kept ?? "").split(" ");
  const found = await hash(password, Buffer.from(salt, "base64"), 32);
  const wanted = Buffer.from(expected, "base64");
  return wanted.length === found.length && timingSafeEqual(found, wanted);
}
