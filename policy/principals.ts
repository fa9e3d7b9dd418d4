import { listOf, type Statement } from "./statements.ts";

/** Operators that let nobody pass who lacks the key: none of `...IfExists`, `ForAllValues:`, `Null` and `...Not...`. */
const demanding = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress)$/i;

const accountId = /^\d{12}$/;

/** The account that a principal belongs to, an id or an ARN; undefined for what is neither. */
function accountOf(principal: string): string | undefined {
  const account = accountId.test(principal) ? principal : principal.split(":")[4];
  return account !== undefined && accountId.test(account) && !/[*?$]/.test(principal) ? account : undefined;
}

/** Whether an account is the stack's; any, where the configuration does not say which is. */
export const isOwn = (account: string, accounts: readonly string[] | undefined): boolean =>
  accounts === undefined || accounts.includes(account);

/**
 * Whether an ARN, wildcards and all, is of one account alone. That of a bucket has no account, so it never is.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
 */
export function isOfOwnAccount(arn: string, accounts: readonly string[] | undefined): boolean {
  const [prefix, partition, service, , account, ...rest] = arn.split(":");
  const fixed = prefix === "arn" && [partition, service, account].every((part) => part && !/[*?$]/.test(part));
  return fixed && rest.length > 0 && accountId.test(account!) && isOwn(account!, accounts);
}

/**
 * Whether a range of addresses is a network's, not a good part of the internet.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
function isNarrow(range: string): boolean {
  const [, address, bits] = /^([\da-f.:]+)(?:\/(\d+))?$/i.exec(range) ?? [];
  return address !== undefined && (bits === undefined || Number(bits) >= (address.includes(":") ? 32 : 8));
}

type Fixed = (value: string, accounts: readonly string[] | undefined) => boolean;
const isOwnAccount: Fixed = (value, accounts) => accountId.test(value) && isOwn(value, accounts);

/** Keys of who calls, from where and for whom, in lower case, each with the values that no stranger has. */
const pins: Record<string, Fixed> = {
  "aws:principalaccount": isOwnAccount,
  "aws:principalarn": isOfOwnAccount,
  "aws:principalorgid": (value) => /^o-\w+$/.test(value),
  "aws:sourceaccount": isOwnAccount,
  "aws:sourcearn": isOfOwnAccount,
  "aws:sourceip": isNarrow,
  "aws:sourceowner": isOwnAccount,
  "aws:sourcevpc": (value) => /^vpc-\w+$/.test(value),
  "aws:sourcevpce": (value) => /^vpce-\w+$/.test(value),
  "kms:calleraccount": isOwnAccount,
  "kms:encryptioncontext:aws:logs:arn": isOfOwnAccount,
};

/**
 * Whether a condition admits none but callers of the stack's own account, or services that act for it. Only fixed values
 * do: without wildcards and variables.
 * https://docs.aws.amazon.com/config/latest/developerguide/sqs-queue-no-public-access.html
 */
export const isPinned = ({ Condition = {} }: Statement, accounts: readonly string[] | undefined): boolean =>
  Object.entries(Condition)
    .filter(([operator]) => demanding.test(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    .some(([key, value]) => {
      const values = [value].flat().map(String);
      return values.length > 0 && values.every((one) => pins[key.toLowerCase()]?.(one, accounts));
    });

/**
 * Callers whom a statement of a resource's policy admits without knowing them: everybody, other accounts, and services for
 * whoever asks them.
 * @param accounts the stack's own.
 * @returns each as a phrase; none where every caller is known.
 */
export function strangers(statement: Statement, accounts: readonly string[] | undefined): string[] {
  const { Effect, Principal, NotPrincipal } = statement;
  if (Effect !== "Allow" || isPinned(statement, accounts)) return [];
  if (NotPrincipal !== undefined) return ["everyone but its NotPrincipal"];
  if (typeof Principal === "string") return [Principal === "*" ? "everyone" : Principal];
  return Object.entries(Principal ?? {}).flatMap(([kind, principals]) =>
    listOf(principals).flatMap((principal) => {
      if (principal === "*") return ["everyone"];
      if (kind === "Service") return [`${principal} for any account (no aws:SourceAccount or aws:SourceArn)`];
      const account = kind === "AWS" ? accountOf(principal) : undefined;
      return account !== undefined && isOwn(account, accounts) ? [] : [principal];
    }),
  );
}
