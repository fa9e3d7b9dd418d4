/** Users as the account's administrators see them, and as they see themselves. */
import { randomInt, randomUUID } from "node:crypto";
import type { AttributeType, CodeDeliveryDetailsType, UserType } from "@aws-sdk/client-cognito-identity-provider";
import { deliverMail } from "../../mail.ts";
import { AwsError, type Cloud } from "../../service.ts";
import { invalid, type Pool, type Records, type User } from "./records.ts";

const day = 86_400_000;

/** `[{ Name: "email", Value: "a@b.c" }]` as a map. @throws AwsError for attributes that the pool does not have. */
export function attributesIn(pool: Pool, given: AttributeType[] = []): Record<string, string> {
  const known = new Set((pool.SchemaAttributes ?? []).map(({ Name }) => Name));
  for (const { Name = "" } of given) {
    if (known.has(Name) && Name !== "sub") continue;
    throw invalid(`Attributes did not conform to the schema: ${Name}: Attribute does not exist in the schema.`);
  }
  return Object.fromEntries(given.map(({ Name = "", Value = "" }) => [Name, Value]));
}

export const attributeList = ({ sub, attributes }: User): AttributeType[] => [
  ...Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  { Name: "sub", Value: sub },
];

export const described = (user: User): UserType => ({
  Username: user.username,
  Attributes: attributeList(user),
  UserCreateDate: new Date(user.created),
  UserLastModifiedDate: new Date(user.modified),
  Enabled: user.enabled,
  UserStatus: user.status,
});

interface Wanted {
  name: string;
  given: AttributeType[] | undefined;
  status: User["status"];
}

/** A new user, kept already. @throws AwsError `UsernameExistsException`, or for names and attributes that the pool refuses. */
export function addUser(records: Records, pool: Pool, { name, given, status }: Wanted): User {
  const attributes = attributesIn(pool, given);
  const { UsernameAttributes = [] } = pool;
  const sub = randomUUID();
  if (UsernameAttributes.length > 0) {
    const isMail = name.includes("@");
    if (isMail && UsernameAttributes.includes("email")) attributes.email ??= name;
    else if (/^\+\d+$/.test(name) && UsernameAttributes.includes("phone_number")) attributes.phone_number ??= name;
    else
      throw invalid(
        `Username should be ${UsernameAttributes.map((one) => (one === "email" ? "an email" : "a phone number")).join(" or ")}.`,
      );
  } else if (!/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(name)) {
    throw invalid(
      `Value '${name}' at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+`,
    );
  }
  const required = (pool.SchemaAttributes ?? []).filter(({ Required, Name }) => Required && Name !== "sub");
  const absent = required.find(({ Name = "" }) => attributes[Name] === undefined);
  if (absent)
    throw invalid(`Attributes did not conform to the schema: ${absent.Name}: The attribute ${absent.Name} is required`);
  const aliases = [...UsernameAttributes, ...(pool.AliasAttributes ?? [])];
  const taken = [name, ...aliases.flatMap((alias) => attributes[alias] ?? [])].some((one) =>
    records.find(pool.Id, one),
  );
  if (taken) throw new AwsError("UsernameExistsException", "User already exists");
  const now = Date.now();
  const user: User = {
    ...{ poolId: pool.Id, username: UsernameAttributes.length > 0 ? sub : name, sub, attributes, status },
    ...{ enabled: true, groups: [], created: now, modified: now },
  };
  records.put(user);
  return user;
}

/** Sends a code by a mail that stays on this machine; without an address it is only kept. */
export function sendCode(
  { accountStore }: Pick<Cloud, "accountStore">,
  records: Records,
  user: User,
  kind: NonNullable<User["code"]>["kind"],
): CodeDeliveryDetailsType | undefined {
  const value = String(randomInt(1_000_000)).padStart(6, "0");
  records.put({ ...user, code: { kind, value, expires: Date.now() + (kind === "signUp" ? day : day / 24) } });
  const { email } = user.attributes;
  if (email === undefined) return undefined;
  const subject = kind === "signUp" ? "Your verification code" : "Your password reset code";
  deliverMail(accountStore, {
    from: "no-reply@verificationemail.com",
    to: email,
    subject,
    body: `Your code is ${value}`,
  });
  const [name = "", host = ""] = email.split("@");
  return {
    Destination: `${name.slice(0, 1)}***@${host.slice(0, 1)}***`,
    DeliveryMedium: "EMAIL",
    AttributeName: "email",
  };
}

/** A mail with what somebody needs to sign in for the first time. */
export function sendInvitation({ accountStore }: Pick<Cloud, "accountStore">, user: User, password: string): void {
  const { email } = user.attributes;
  if (email === undefined) return;
  const body = `Your username is ${email} and temporary password is ${password}`;
  deliverMail(accountStore, {
    from: "no-reply@verificationemail.com",
    to: email,
    subject: "Your temporary password",
    body,
  });
}

/** @throws AwsError where it is another code, or over. */
export function checkCode({ code }: User, kind: string, given: string): void {
  if (code?.kind !== kind || code.value !== given) {
    throw new AwsError("CodeMismatchException", "Invalid verification code provided, please try again.");
  }
  if (code.expires < Date.now()) {
    throw new AwsError("ExpiredCodeException", "Invalid code provided, please request a code again.");
  }
}

/** `email = "a@b.c"`, `username ^= "a"` https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-manage-user-accounts.html */
export function userFilter(text: string | undefined): (user: User) => boolean {
  if (!text) return () => true;
  const [, name = "", operator, value = ""] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"([^"]*)"\s*$/.exec(text) ?? [];
  if (!operator) throw invalid("Error while parsing filter");
  return (user) => {
    const own: Record<string, string> = {
      ...user.attributes,
      ...{ sub: user.sub, username: user.username, status: user.enabled ? "Enabled" : "Disabled" },
      "cognito:user_status": user.status,
    };
    const found = Object.hasOwn(own, name) ? own[name]! : undefined;
    return operator === "=" ? found === value : (found?.startsWith(value) ?? false);
  };
}
