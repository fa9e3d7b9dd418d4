/** Constraints of API Gateway's own model, which requests are checked against before anything is looked up. */
import { type Broken, brokenConstraints } from "../../../kit/constraint.ts";
import { AwsError } from "../../../service.ts";
import { GATEWAY_RESPONSE_STATUS } from "../definition/gatewayResponse.ts";

type Input = Record<string, unknown>;

const PATCH_OPS = ["add", "remove", "move", "test", "replace", "copy"];
const ENDPOINT_TYPES = ["PRIVATE", "EDGE", "REGIONAL"];
const LOCATION_TYPES = [
  ...["RESPONSE_BODY", "RESPONSE", "METHOD", "MODEL", "AUTHORIZER", "RESPONSE_HEADER", "RESOURCE", "PATH_PARAMETER"],
  ...["REQUEST_BODY", "QUERY_PARAMETER", "API", "REQUEST_HEADER"],
];

/** Members that are one of a few words, by operation; those of the input itself are named without it. */
const WORDS: Record<string, [path: string, allowed: string[]][]> = {
  CreateRestApi: [
    ["endpointConfiguration.ipAddressType", ["ipv4", "dualstack"]],
    ["apiKeySource", ["HEADER", "AUTHORIZER"]],
  ],
  CreateDocumentationPart: [["location.type", LOCATION_TYPES]],
  CreateAuthorizer: [["type", ["REQUEST", "TOKEN", "COGNITO_USER_POOLS"]]],
  CreateUsagePlan: [["quota.period", ["WEEK", "MONTH", "DAY"]]],
  PutIntegration: [
    ["type", ["HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS"]],
    ["contentHandling", ["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]],
    ["connectionType", ["VPC_LINK", "INTERNET"]],
  ],
  PutIntegrationResponse: [["contentHandling", ["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]]],
  PutRestApi: [["mode", ["merge", "overwrite"]]],
  ImportDocumentationParts: [["mode", ["merge", "overwrite"]]],
  ...Object.fromEntries(
    ["PutGatewayResponse", "GetGatewayResponse", "UpdateGatewayResponse", "DeleteGatewayResponse"].map((operation) => [
      operation,
      [["responseType", Object.keys(GATEWAY_RESPONSE_STATUS)]],
    ]),
  ),
};

/** Members that are labels of the path: they are named without the input. */
const LABELS = new Set(["responseType", "statusCode"]);

/** @throws AwsError `ValidationException` naming everything that is broken. */
export function checkConstraints(operation: string, input: Input): void {
  const inputName = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}Input`;
  const named = (path: string) => (LABELS.has(path) ? path : `${inputName}.${path}`);
  const broken: Broken[] = [];
  const oneOf = (value: unknown, path: string, allowed: string[]) => {
    if (value === undefined || value === null || allowed.includes(value as string)) return;
    broken.push({
      value,
      member: named(path),
      constraint: `Member must satisfy enum value set: [${allowed.join(", ")}]`,
    });
  };
  const patches = (input.patchOperations ?? []) as { op?: string }[];
  for (const [index, { op }] of patches.entries()) oneOf(op, `patchOperations.${index + 1}.member.op`, PATCH_OPS);
  const types = operation === "CreateRestApi" ? at(input, "endpointConfiguration.types") : undefined;
  if (Array.isArray(types) && types.some((type) => !ENDPOINT_TYPES.includes(type))) {
    const constraint = `Member must satisfy constraint: [Member must satisfy enum value set: [${ENDPOINT_TYPES.join(", ")}]]`;
    broken.push({ value: `[${types.join(", ")}]`, member: named("endpointConfiguration.types"), constraint });
  }
  for (const [path, allowed] of WORDS[operation] ?? []) oneOf(at(input, path), path, allowed);
  const { statusCode } = input;
  if (typeof statusCode === "string" && !/^[1-5]\d\d$/.test(statusCode)) {
    const constraint = "Member must satisfy regular expression pattern: [1-5]\\d\\d";
    broken.push({ value: statusCode, member: "statusCode", constraint });
  }
  if (broken.length > 0) throw new AwsError("ValidationException", brokenConstraints(broken));
}

const at = (input: Input, path: string): unknown =>
  path.split(".").reduce<unknown>((value, name) => (value as Input | undefined)?.[name], input);
