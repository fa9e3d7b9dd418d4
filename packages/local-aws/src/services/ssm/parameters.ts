/** Parameters as they are stored, found and shown. */

import { compileExpression } from "../../expression.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";

export interface ParameterVersion {
  number: number;
  value: string;
  /** ISO date. */
  modified: string;
  /** ARN of the principal that wrote it. */
  user: string;
  description?: string;
  allowedPattern?: string;
}

export interface ParameterRecord {
  name: string;
  type: "String" | "StringList" | "SecureString";
  tier: "Standard" | "Advanced" | "Intelligent-Tiering";
  dataType: string;
  keyId?: string;
  /** Oldest first. */
  versions: ParameterVersion[];
  tags: Record<string, string>;
}

interface Found {
  record: ParameterRecord;
  version: ParameterVersion;
  /** `:3`, when a version was asked for. */
  selector?: string;
}

/** A name, or an ARN, without the version that may follow it. */
export const parameterName = (nameOrArn: string): string => {
  const arn = /^arn:[^:]*:ssm:[^:]*:\d*:parameter(\/.*)$/.exec(nameOrArn)?.[1];
  // In an ARN, a name that is not a path still follows a slash.
  const name = arn === undefined ? nameOrArn : arn.lastIndexOf("/") === 0 ? arn.slice(1) : arn;
  return name.replace(/:[^/:]+$/, "");
};

export class Parameters {
  readonly records: Collection<ParameterRecord>;
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.records = cloud.store.collection("ssm.parameters");
  }

  arn(name: string): string {
    const { region, accountId } = this.#cloud;
    return `arn:aws:ssm:${region}:${accountId}:parameter${name.startsWith("/") ? "" : "/"}${name}`;
  }

  missing(name: string): AwsError {
    return new AwsError("ParameterNotFound", `Parameter ${name} not found.`, 400);
  }

  /** By name or ARN, which is the same for `name` and `/name`. */
  record(given: string): ParameterRecord | undefined {
    const name = parameterName(given);
    return this.records.get(name) ?? (given.startsWith("arn:") ? this.records.get(`/${name}`) : undefined);
  }

  /** By name or ARN, `name:3` a version of it. */
  lookup(given: string): Found | undefined {
    const record = this.record(given);
    const selector = /:(\d+)$/.exec(given.replace(/^arn:.*:parameter/, ""))?.[1];
    const version =
      selector === undefined
        ? record?.versions.at(-1)
        : record?.versions.find(({ number }) => number === Number(selector));
    if (!record || !version) return undefined;
    return { record, version, ...(selector !== undefined && { selector: `:${selector}` }) };
  }

  /** @throws AwsError `ParameterNotFound`, `ParameterVersionNotFound` */
  find(given: string): Found {
    const found = this.lookup(given);
    if (found) return found;
    if (!this.record(given)) throw this.missing(given);
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${given.split(":").at(-1)} of ${parameterName(given)}.`,
      400,
    );
  }

  shown(record: ParameterRecord, version: ParameterVersion, decrypted: boolean, selector?: string) {
    const hidden = record.type === "SecureString" && !decrypted;
    return {
      Name: record.name,
      Type: record.type,
      // Without decryption a caller gets an unreadable value.
      Value: hidden ? `kms:${record.keyId}:${Buffer.from(version.value).toString("base64")}` : version.value,
      Version: version.number,
      LastModifiedDate: new Date(version.modified),
      ARN: this.arn(record.name),
      DataType: record.dataType,
      ...(selector && { Selector: selector }),
    };
  }

  described(record: ParameterRecord, version: ParameterVersion) {
    return {
      Name: record.name,
      ARN: this.arn(record.name),
      Type: record.type,
      Tier: record.tier,
      DataType: record.dataType,
      Version: version.number,
      LastModifiedDate: new Date(version.modified),
      LastModifiedUser: version.user,
      Policies: [],
      ...(record.keyId && { KeyId: record.keyId }),
      ...(version.description && { Description: version.description }),
      ...(version.allowedPattern && { AllowedPattern: version.allowedPattern }),
    };
  }
}

const maxDepth = 15;
/** Bytes. https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const maxValue = { Standard: 4096, Advanced: 8192, "Intelligent-Tiering": 8192 };

/** @throws AwsError naming what is wrong with a parameter about to be put. */
export function checkValue(
  name: string,
  type: string | undefined,
  value: string,
  tier: ParameterRecord["tier"],
  pattern: string | undefined,
  dataType = "text",
): void {
  const invalid = (message: string, code = "ValidationException") => new AwsError(code, message, 400);
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || name.length > 1011) {
    throw invalid(
      `Parameter name: only a mix of letters, numbers and the following 4 symbols .-_/ are allowed; it is ${name}`,
    );
  }
  if (name.includes("/") && !name.startsWith("/")) {
    throw invalid("Parameter name must be a fully qualified name: a hierarchy begins with a forward slash.");
  }
  if (/^\/?(aws|ssm)(\b|$)/i.test(name)) {
    const reserved =
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive) or "aws". If formed as a path, it can consist of sub-paths divided by slash symbol.';
    throw /^\/?aws/i.test(name)
      ? invalid(`No access to reserved parameter name: ${name}.`, "AccessDeniedException")
      : invalid(reserved);
  }
  if (name.split("/").length - 1 > maxDepth) {
    throw invalid(`Parameter name levels exceeded the maximum of ${maxDepth}.`, "HierarchyLevelLimitExceededException");
  }
  if (!["String", "StringList", "SecureString"].includes(type ?? "")) {
    throw type === undefined
      ? invalid("A parameter type is required when you create a parameter.")
      : invalid(`The following parameter type isn't supported: ${type}`, "UnsupportedParameterType");
  }
  if (value === "")
    throw invalid(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  const limit = maxValue[tier];
  if (Buffer.byteLength(value) > limit)
    throw invalid(`${tier} tier parameters support a maximum parameter value of ${limit} characters.`);
  if (pattern && !matches(pattern, value)) {
    throw invalid(
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
      "ParameterPatternMismatchException",
    );
  }
  if (dataType !== "text")
    throw invalid(`The local cloud only models parameters of data type text; it is ${dataType}.`);
}

function matches(pattern: string, value: string): boolean {
  try {
    return compileExpression(pattern).matchesWhole(value);
  } catch {
    throw new AwsError(
      "InvalidAllowedPatternException",
      `The request doesn't meet the regular expression requirement: ${pattern}`,
      400,
    );
  }
}
