import { passRole } from "../../../kit/passRole.ts";
import type { Operations } from "../../../operations.ts";
import type { Input, OperationName, Output } from "../../../sdks.ts";
import type { Access, Call } from "../../../service.ts";
import { checkConstraints } from "./constraints.ts";

/** Operations by AWS's name, before their permissions are added. */
export type Handlers = {
  [Of in OperationName<"apigateway">]?: (
    input: Input<"apigateway", Of>,
    call: Call,
  ) => Output<"apigateway", Of> | Promise<Output<"apigateway", Of>>;
};

/** Operations that carry a resource policy, and the additional permission that this requires. */
const POLICY_INPUT = /"(policy|\/policy|x-amazon-apigateway-policy)"/;

/**
 * Gives each operation its permission. API Gateway's own are HTTP verbs on the path of the request:
 * `apigateway:GET` on `arn:aws:apigateway:us-east-1::/restapis/abc`.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
 */
export function withAccess(handlers: Handlers): Operations<"apigateway"> {
  const access =
    (operation: string) =>
    async (input: Record<string, unknown>, call: Call): Promise<Access[]> => {
      // The administrator is allowed without the paths, which would load the SDK package.
      if (call.principal.kind === "root") return [{ action: "apigateway:*", resource: "*" }];
      const shapes = (await import("@aws-sdk/client-api-gateway")) as unknown as Record<string, unknown[]>;
      const [verb, template] = (shapes[`${operation}$`]![3] as { http: [string, string, number] }).http;
      const path = template.split("?")[0]!.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(input[name])));
      const prefix = `arn:aws:apigateway:${call.region}::`;
      const needed: Access[] = [{ action: `apigateway:${verb}`, resource: `${prefix}${path}` }];
      if (/RestApi$/.test(operation) && POLICY_INPUT.test(textOf(input))) {
        needed.push({ action: "apigateway:UpdateRestApiPolicy", resource: `${prefix}${path}` });
      }
      return [...needed, ...passRole("apigateway.amazonaws.com", ...rolesIn(input))];
    };
  return Object.fromEntries(
    Object.entries(handlers).map(
      ([name, run]) => [name, { access: access(name), run: checked(name, run as Run) }] as const,
    ),
  );
}

type Run = (input: Record<string, unknown>, call: Call) => unknown;

const checked =
  (name: string, run: Run): Run =>
  (input, call) => {
    checkConstraints(name, input);
    return run(input, call);
  };

/** Where requests name a role that the gateway is to assume: members, and paths of patches. */
const ROLE_MEMBER = /^\/?(credentials|authorizerCredentials|cloudwatchRoleArn)$/;
/** The same in an OpenAPI document, JSON or YAML. */
const ROLE_IN_DOCUMENT =
  /\b(?:c|authorizerC)redentials["']?\s*:\s*["']?(arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+)/g;

/**
 * Roles that a request passes to the gateway. `arn:aws:iam::*:user/*` is not one: it stands for the API's caller.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
 */
function rolesIn(input: Record<string, unknown>): string[] {
  const patches = (input.patchOperations ?? []) as { path?: string; value?: unknown }[];
  const members = [...Object.entries(input), ...patches.map(({ path = "", value }) => [path, value] as const)];
  const named = members.flatMap(([name, value]) =>
    ROLE_MEMBER.test(name) && typeof value === "string" && value.includes(":role/") ? [value] : [],
  );
  const document = input.body instanceof Uint8Array ? Buffer.from(input.body).toString() : "";
  return [...named, ...Array.from(document.matchAll(ROLE_IN_DOCUMENT), ([, role]) => role as string)];
}

const textOf = (input: Record<string, unknown>): string =>
  JSON.stringify(input, (_, value) => (value instanceof Uint8Array ? undefined : value)) +
  (input.body instanceof Uint8Array ? Buffer.from(input.body).toString() : "");
