/**
 * Data protection: what a group's policy calls sensitive is masked wherever events come out, unless who reads may unmask it.
 * Nothing is reported of what was found.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html
 */
import { RE2JS } from "re2js";
import { parseJson } from "../../jsonText.ts";
import type { Operations } from "../../operations.ts";
import { invalid } from "./errors.ts";
import type { GroupRecord, LogGroups } from "./groups.ts";

interface Identifier {
  pattern: RE2JS;
  /** Whether what matches is really one. Default: it is. */
  isOne?: (text: string) => boolean;
}

/** Numbers of cards have a check digit. https://www.iso.org/standard/70484.html */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/\D/g, "").split("").map(Number).reverse();
  if (digits.length < 13 || digits.length > 19) return false;
  const sum = digits.reduce((all, digit, index) => {
    const twice = digit * 2;
    return all + (index % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
}

const managed: Record<string, Identifier> = {
  AwsSecretKey: { pattern: RE2JS.compile("[A-Za-z0-9/+]{40,}"), isOne: (text) => text.length === 40 },
  CreditCardNumber: { pattern: RE2JS.compile("\\b\\d(?:[ -]?\\d){12,18}\\b"), isOne: isCardNumber },
  EmailAddress: { pattern: RE2JS.compile("[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+") },
  IpAddress: {
    pattern: RE2JS.compile("\\b\\d{1,3}(?:\\.\\d{1,3}){3}\\b"),
    isOne: (text) => text.split(".").every((part) => Number(part) <= 255),
  },
  OpenSshPrivateKey: {
    pattern: RE2JS.compile("-----BEGIN OPENSSH PRIVATE KEY-----(?s:.*?)(?:-----END OPENSSH PRIVATE KEY-----|$)"),
  },
  PkcsPrivateKey: {
    pattern: RE2JS.compile("-----BEGIN (?:\\w+ )?PRIVATE KEY-----(?s:.*?)(?:-----END (?:\\w+ )?PRIVATE KEY-----|$)"),
  },
};

const prefix = "arn:aws:dataprotection::aws:data-identifier/";
const maxCustom = 10;

interface Statement {
  DataIdentifier?: unknown;
  Operation?: { Audit?: unknown; Deidentify?: { MaskConfig?: unknown } };
}

/** @returns what a policy masks. @throws AwsError naming what is wrong with it, or not known here. */
function identifiersOf(text: string): Identifier[] {
  const wrong = (why: string) => invalid(`Invalid data protection policy: ${why}`);
  let policy: { Name?: unknown; Version?: unknown; Statement?: unknown; Configuration?: unknown };
  try {
    policy = parseJson(text) as typeof policy;
  } catch {
    throw wrong("it must be a JSON document.");
  }
  if (typeof policy !== "object" || policy === null) throw wrong("it must be a JSON object.");
  if (typeof policy.Name !== "string" || policy.Name === "") throw wrong("Name is required.");
  if (policy.Version !== "2021-06-01") throw wrong("Version must be 2021-06-01.");
  const statements = Array.isArray(policy.Statement) ? (policy.Statement as (Statement | null)[]) : [];
  const audit = statements.find((one) => one?.Operation?.Audit !== undefined);
  const mask = statements.find((one) => one?.Operation?.Deidentify?.MaskConfig !== undefined);
  if (statements.length !== 2 || !audit || !mask)
    throw wrong("Statement must be a list of two: one with Operation.Audit, one with Operation.Deidentify.MaskConfig.");
  const names = namesOf(audit.DataIdentifier);
  if (names.length === 0 || names.join() !== namesOf(mask.DataIdentifier).join())
    throw wrong("both statements must have the same DataIdentifier, a list of at least one.");
  const custom = customOf(policy.Configuration, wrong);
  return names.map((name) => {
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
    if (short !== undefined && Object.hasOwn(managed, short)) return managed[short] as Identifier;
    const own = short === undefined ? custom.get(name) : undefined;
    if (own) return own;
    const known = Object.keys(managed).join(", ");
    throw wrong(
      `the local cloud does not know the data identifier ${name}; it has ${known}, and those of the policy itself.`,
    );
  });
}

const namesOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string").sort() : [];

function customOf(configuration: unknown, wrong: (why: string) => Error): Map<string, Identifier> {
  const { CustomDataIdentifier: given = [] } = (configuration ?? {}) as { CustomDataIdentifier?: unknown };
  if (!Array.isArray(given) || given.length > maxCustom)
    throw wrong(`Configuration.CustomDataIdentifier must be a list of at most ${maxCustom}.`);
  return new Map(
    given.map((one: { Name?: unknown; Regex?: unknown } | null) => {
      const { Name, Regex } = one ?? {};
      if (typeof Name !== "string" || typeof Regex !== "string")
        throw wrong("a custom data identifier has Name and Regex.");
      try {
        return [Name, { pattern: RE2JS.compile(Regex) }];
      } catch {
        throw wrong(`${Regex} is no regular expression.`);
      }
    }),
  );
}

/** Masks of policies, by their text. */
const compiled = new Map<string, Identifier[]>();

function masked(text: string, identifiers: Identifier[]): string {
  let result = text;
  for (const { pattern, isOne = () => true } of identifiers) {
    const matcher = pattern.matcher(result);
    let [shown, from] = ["", 0];
    while (matcher.find()) {
      const [start, end] = [matcher.start(), matcher.end()];
      const found = result.slice(start, end);
      shown += result.slice(from, start) + (isOne(found) ? "*".repeat(found.length) : found);
      from = end;
    }
    result = shown + result.slice(from);
  }
  return result;
}

/** Events of a group as they come out. @param unmask whether the reader asked for what is sensitive, too, and may. */
export function protector(
  { dataProtection }: GroupRecord,
  unmask = false,
): <E extends { message: string; ingestionTime?: number }>(event: E) => E {
  if (!dataProtection || unmask) return (event) => event;
  const { policyDocument, lastUpdatedTime } = dataProtection;
  let identifiers = compiled.get(policyDocument);
  if (!identifiers) {
    identifiers = identifiersOf(policyDocument);
    if (compiled.size >= 100) compiled.clear();
    compiled.set(policyDocument, identifiers);
  }
  const all = identifiers;
  return (event) =>
    event.ingestionTime !== undefined && event.ingestionTime < lastUpdatedTime
      ? event
      : { ...event, message: masked(event.message, all) };
}

export function dataProtectionOperations(logs: LogGroups): Operations<"logs"> {
  const access = (action: string) => (input: { logGroupIdentifier: string }) => logs.access(action, logs.nameOf(input));
  return {
    PutDataProtectionPolicy: {
      access: access("PutDataProtectionPolicy"),
      run({ logGroupIdentifier, policyDocument }) {
        const group = logs.group(logs.nameOf({ logGroupIdentifier }));
        identifiersOf(policyDocument);
        const dataProtection = { policyDocument, lastUpdatedTime: Date.now() };
        logs.groups.put(group.name, { ...group, dataProtection });
        return { logGroupIdentifier, ...dataProtection };
      },
    },
    GetDataProtectionPolicy: {
      access: access("GetDataProtectionPolicy"),
      run: ({ logGroupIdentifier }) => ({
        logGroupIdentifier,
        ...logs.group(logs.nameOf({ logGroupIdentifier })).dataProtection,
      }),
    },
    DeleteDataProtectionPolicy: {
      access: access("DeleteDataProtectionPolicy"),
      run({ logGroupIdentifier }) {
        const { dataProtection: _, ...group } = logs.group(logs.nameOf({ logGroupIdentifier }));
        logs.groups.put(group.name, group);
        return {};
      },
    },
  };
}
