/**
 * Systems Manager's parameters: hierarchies, versions, tags. A SecureString is stored as it is (KMS has no meaning here) but
 * is returned in plain text only when decryption is requested.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */

import type {
  DescribeParametersRequest,
  GetParametersByPathRequest,
  ParameterStringFilter,
  PutParameterRequest,
} from "@aws-sdk/client-ssm";
import { brokenConstraint } from "../../kit/constraint.ts";
import { page } from "../../kit/page.ts";
import { tagMap } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Cloud, type Service } from "../../service.ts";
import { checkValue, type ParameterRecord, Parameters, type ParameterVersion, parameterName } from "./parameters.ts";
import { ssmTagOperations } from "./tags.ts";

const maxNames = 10;
/** How many versions are kept; older ones are removed. */
const maxVersions = 100;

export function createSsm(cloud: Cloud): Service {
  const parameters = new Parameters(cloud);
  const on = (action: string, name: string) => ({
    action: `ssm:${action}`,
    resource: parameters.arn(parameterName(name)),
  });
  const operations: Operations<"ssm"> = {
    PutParameter: {
      access: ({ Name = "" }) => [on("PutParameter", Name)],
      run: (input, call) => putParameter(parameters, input, call.principal.arn),
    },
    GetParameter: {
      access: ({ Name = "" }) => [on("GetParameter", Name)],
      run: ({ Name = "", WithDecryption = false }) => {
        const { record, version, selector } = parameters.find(Name);
        return { Parameter: parameters.shown(record, version, WithDecryption, selector) };
      },
    },
    GetParameters: {
      access: ({ Names = [] }) => Names.map((name) => on("GetParameters", name)),
      run({ Names = [], WithDecryption = false }) {
        checkCount(Names);
        const found = Names.map((name) => ({ name, hit: parameters.lookup(name) }));
        return {
          Parameters: found.flatMap(({ hit }) =>
            hit ? [parameters.shown(hit.record, hit.version, WithDecryption, hit.selector)] : [],
          ),
          InvalidParameters: found.filter(({ hit }) => !hit).map(({ name }) => name),
        };
      },
    },
    GetParametersByPath: {
      access: ({ Path = "", Recursive = false }) => [
        {
          ...on("GetParametersByPath", Path.replace(/\/$/, "") || "/"),
          context: { "ssm:recursive": String(Recursive) },
        },
      ],
      run: (input) => byPath(parameters, input),
    },
    GetParameterHistory: {
      access: ({ Name = "" }) => [on("GetParameterHistory", Name)],
      run(input) {
        const { record } = parameters.find(input.Name as string);
        const { items, next: NextToken } = page(record.versions, input, (version) => version.number, { size: 50 });
        const history = items.map((version) => ({
          ...parameters.described(record, version),
          Value: parameters.shown(record, version, input.WithDecryption ?? false).Value,
          Labels: [],
        }));
        return { Parameters: history, NextToken };
      },
    },
    DeleteParameter: {
      access: ({ Name = "" }: { Name?: string }) => [on("DeleteParameter", Name)],
      run({ Name = "" }: { Name?: string }) {
        if (!parameters.records.delete(parameterName(Name))) throw parameters.missing(Name);
        return {};
      },
    },
    DeleteParameters: {
      access: ({ Names = [] }: { Names?: string[] }) => Names.map((name) => on("DeleteParameters", name)),
      run({ Names = [] }: { Names?: string[] }) {
        checkCount(Names);
        const gone = Names.filter((name) => parameters.records.delete(parameterName(name)));
        return { DeletedParameters: gone, InvalidParameters: Names.filter((name) => !gone.includes(name)) };
      },
    },
    DescribeParameters: {
      access: () => [{ action: "ssm:DescribeParameters", resource: "*" }],
      run: (input) => describe(parameters, input),
    },
    ...ssmTagOperations(parameters),
  };
  return { name: "ssm", shapes: () => import("@aws-sdk/client-ssm"), operations };
}

function checkCount(names: string[]): void {
  if (names.length >= 1 && names.length <= maxNames) return;
  throw new AwsError(
    "ValidationException",
    brokenConstraint(undefined, "names", `Member must have length between 1 and ${maxNames}`),
    400,
  );
}

function putParameter(parameters: Parameters, input: PutParameterRequest, user: string) {
  const name = parameterName(input.Name as string);
  const before = parameters.records.get(name);
  if (before && !input.Overwrite) {
    const message =
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
    throw new AwsError("ParameterAlreadyExists", message, 400);
  }
  if (input.Overwrite && input.Tags?.length) {
    throw new AwsError("ValidationException", "Invalid request: tags and overwrite can't be used together.", 400);
  }
  const latest = before?.versions.at(-1);
  const type = input.Type ?? before?.type;
  const tier = (input.Tier ?? before?.tier ?? "Standard") as ParameterRecord["tier"];
  checkValue(name, type, input.Value ?? "", tier, input.AllowedPattern, input.DataType);
  const number = (latest?.number ?? 0) + 1;
  const version: ParameterVersion = {
    number,
    value: input.Value as string,
    modified: new Date().toISOString(),
    user,
    ...(input.Description !== undefined
      ? { description: input.Description }
      : latest?.description && { description: latest.description }),
    ...(input.AllowedPattern && { allowedPattern: input.AllowedPattern }),
  };
  const keyId = type === "SecureString" ? (input.KeyId ?? before?.keyId ?? "alias/aws/ssm") : undefined;
  parameters.records.put(name, {
    name,
    type: type as ParameterRecord["type"],
    tier: tier === "Intelligent-Tiering" ? "Standard" : tier,
    dataType: input.DataType ?? "text",
    versions: [...(before?.versions ?? []), version].slice(-maxVersions),
    tags: before?.tags ?? tagMap(input.Tags),
    ...(keyId && { keyId }),
  });
  return { Version: number, Tier: tier === "Intelligent-Tiering" ? "Standard" : tier };
}

function byPath(parameters: Parameters, input: GetParametersByPathRequest) {
  const { Path: given = "", Recursive = false, WithDecryption = false, ParameterFilters: filters = [] } = input;
  if (!given.startsWith("/")) {
    const message = `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can't be prefixed with "aws" or "ssm" (case-insensitive).`;
    throw new AwsError("ValidationException", message, 400);
  }
  const path = given.endsWith("/") ? given : `${given}/`;
  const found = parameters.records
    .values(path)
    .filter(({ name }) => Recursive || !name.slice(path.length).includes("/"))
    .filter((record) => filters.every((filter) => passes(record, filter)));
  const { items, next: NextToken } = page(found, input, ({ name }) => name, { size: 10 });
  return {
    Parameters: items.map((record) =>
      parameters.shown(record, record.versions.at(-1) as ParameterVersion, WithDecryption),
    ),
    NextToken,
  };
}

function describe(parameters: Parameters, input: DescribeParametersRequest) {
  const older = (input.Filters ?? []).map(
    ({ Key, Values }) => ({ Key, Values, Option: "BeginsWith" }) as ParameterStringFilter,
  );
  const filters = [...(input.ParameterFilters ?? []), ...older];
  const found = parameters.records.values().filter((record) => filters.every((filter) => passes(record, filter)));
  const { items, next: NextToken } = page(found, input, ({ name }) => name, { size: 50 });
  return {
    Parameters: items.map((record) => parameters.described(record, record.versions.at(-1) as ParameterVersion)),
    NextToken,
  };
}

function passes(
  record: ParameterRecord,
  { Key: key = "", Option: option = "Equals", Values: values = [] }: ParameterStringFilter,
): boolean {
  if (key === "Path") {
    return values.some((path) => {
      const start = path.endsWith("/") ? path : `${path}/`;
      return (
        record.name.startsWith(start) && (option === "Recursive" || !record.name.slice(start.length).includes("/"))
      );
    });
  }
  const tag = /^tag:(.+)$/.exec(key)?.[1];
  const known: Record<string, string | undefined> = {
    Name: record.name,
    Type: record.type,
    KeyId: record.keyId,
    Tier: record.tier,
    DataType: record.dataType,
  };
  if (tag === undefined && !Object.hasOwn(known, key)) {
    throw new AwsError(
      "InvalidFilterKey",
      `The specified key isn't valid: ${key}. Allowed are tag:*, Path, ${Object.keys(known).join(", ")}.`,
      400,
    );
  }
  const value = tag === undefined ? known[key] : record.tags[tag];
  if (value === undefined) return false;
  if (values.length === 0) return true;
  return values.some((wanted) =>
    option === "BeginsWith"
      ? value.startsWith(wanted) || value.startsWith(`/${wanted}`)
      : option === "Contains"
        ? value.includes(wanted)
        : value === wanted,
  );
}
