import { passRole } from "../../../kit/passRole.ts";
import type { Operations } from "../../../operations.ts";
import type { Input, OperationName, Output } from "../../../sdks.ts";
import type { Access, Call } from "../../../service.ts";
import { conflict, type HttpRecords } from "./records.ts";

/** Operations by AWS's name, before their permissions are added. */
export type Handlers = {
  [Of in OperationName<"apigatewayv2">]?: (
    input: Input<"apigatewayv2", Of>,
    call: Call,
  ) => Output<"apigatewayv2", Of> | Promise<Output<"apigatewayv2", Of>>;
};

/**
 * Gives each operation its permission: the HTTP verb on the path of the request, `apigateway:GET` on
 * `arn:aws:apigateway:us-east-1::/apis/abc`.
 */
export function withAccess(handlers: Handlers): Operations<"apigatewayv2"> {
  const access =
    (operation: string) =>
    async (input: Record<string, unknown>, call: Call): Promise<Access[]> => {
      const shapes = (await import("@aws-sdk/client-apigatewayv2")) as unknown as Record<string, unknown[]>;
      const [verb, template] = (shapes[`${operation}$`]![3] as { http: [string, string, number] }).http;
      const path = template
        .split("?")[0]!
        .replace(/^\/v2/, "")
        .replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(input[name])));
      const roles = [input.CredentialsArn, input.AuthorizerCredentialsArn].filter(
        (role): role is string => typeof role === "string" && role.includes(":role/"),
      );
      return [
        { action: `apigateway:${verb}`, resource: `arn:aws:apigateway:${call.region}::${path}` },
        ...passRole("apigateway.amazonaws.com", ...roles),
      ];
    };
  return Object.fromEntries(Object.entries(handlers).map(([name, run]) => [name, { access: access(name), run }]));
}

/** Tags of APIs and their stages, by ARN: `arn:aws:apigateway:us-east-1::/apis/abc/stages/dev`. */
export function tagged(records: HttpRecords, arn: string): { Tags: Record<string, string>; save(tags: object): void } {
  const [, apiId = "", stage] =
    /^arn:aws[\w-]*:apigateway:[\w-]+::\/apis\/(\w+)(?:\/stages\/([^/]+))?$/.exec(arn) ?? [];
  if (stage !== undefined) {
    const found = records.part(records.stages, "stage", apiId, stage);
    return {
      Tags: found.Tags,
      save: (Tags) => records.stages.put(`${apiId}/${stage}`, { ...found, Tags } as typeof found),
    };
  }
  const found = records.api(apiId);
  return { Tags: found.Tags, save: (Tags) => records.apis.put(apiId, { ...found, Tags } as typeof found) };
}

/** @throws AwsError where a second one would have the name of the first. */
export function checkUnique(taken: boolean, message: string): void {
  if (taken) throw conflict(message);
}
