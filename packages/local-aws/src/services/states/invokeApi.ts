/** Tasks that call a route of an API. https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html */
import { STATUS_CODES } from "node:http";
import { signatureHeaders } from "../../http/sign.ts";
import { parseJson } from "../../jsonText.ts";
import { sendHttp } from "../../kit/sendHttp.ts";
import type { Cloud, RoleSession } from "../../service.ts";
import { RuntimeError, StateError } from "./language/failure.ts";

const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
const authTypes = ["NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"];
/** Headers that a machine may not set. */
const own = new Set([
  ...["authorization", "connection", "content-md5", "expect", "host", "max-forwards", "proxy-authenticate", "server"],
  ...["te", "transfer-encoding", "trailer", "upgrade", "via", "www-authenticate"],
]);

const refused = (input: unknown, why: string) =>
  new RuntimeError(`The Parameters '${JSON.stringify(input)}' could not be used to start the Task: [${why}]`);

/** `{ "a": ["1", "2"] }` as pairs. @throws RuntimeError for any other form. */
function pairs(input: Record<string, unknown>, field: string): [name: string, value: string][] {
  const given = input[field] ?? {};
  const lists = typeof given === "object" ? Object.entries(given as object) : [];
  if (typeof given !== "object" || !lists.every(([, values]) => Array.isArray(values)))
    throw refused(input, `The value of the field '${field}' has an invalid format`);
  return lists.flatMap(([name, values]) =>
    (values as unknown[]).map((value): [string, string] => [name, String(value)]),
  );
}

/** @throws StateError `ApiGateway.STATUS` for an answer of 4xx or 5xx. */
export async function invokeApi(
  cloud: Cloud,
  input: Record<string, unknown>,
  { credentials }: RoleSession,
  signal: AbortSignal,
): Promise<object> {
  const { ApiEndpoint, Method, Stage, Path = "", RequestBody, AuthType = "NO_AUTH" } = input;
  if (!/^\w+\.execute-api\.[\w-]+\.amazonaws\.com$/.test(String(ApiEndpoint)))
    throw refused(input, "The value of the field 'ApiEndpoint' must be a host name of API Gateway");
  if (!methods.includes(String(Method)))
    throw refused(input, `The value of the field 'Method' must be one of ${methods.join(", ")}`);
  if (!authTypes.includes(String(AuthType)))
    throw refused(input, `The value of the field 'AuthType' must be one of ${authTypes.join(", ")}`);
  const place = [Stage, Path]
    .filter((part) => part !== undefined && part !== "")
    .map((part) => String(part).replace(/^\/+/, ""));
  const url = new URL(`https://${ApiEndpoint}/${place.join("/")}`);
  for (const [name, value] of pairs(input, "QueryParameters")) url.searchParams.append(name, value);
  const headers = pairs(input, "Headers");
  const forbidden = headers.find(([name]) => own.has(name.toLowerCase()) || /^x-(amz|amzn|forwarded)-/i.test(name));
  if (forbidden) throw refused(input, `The header '${forbidden[0]}' cannot be set`);
  const body = Buffer.from(RequestBody === undefined || RequestBody === null ? "" : JSON.stringify(RequestBody));
  const method = String(Method);
  const [, , region = cloud.region] = String(ApiEndpoint).split(".");
  const signature =
    AuthType === "NO_AUTH"
      ? {}
      : signatureHeaders({ method, url, body }, credentials, { region, service: "execute-api" });
  const typed = body.length > 0 && !headers.some(([name]) => name.toLowerCase() === "content-type");
  const all = [
    ...Object.entries(signature),
    ["User-Agent", `Amazon|StepFunctions|HttpInvoke|${cloud.region}`],
    ...(typed ? [["Content-Type", "application/json"]] : []),
    ...headers,
  ].flat();
  const answer = await sendHttp({ method, url, headers: all, body }, cloud.apiOrigin, signal).catch((error: Error) => {
    if (signal.aborted) throw error;
    throw new StateError("ApiGateway.SdkClientException", error.message);
  });
  const text = answer.body.toString();
  if (answer.status >= 400) throw new StateError(`ApiGateway.${answer.status}`, text);
  const names = [...new Set(answer.headers.map(([name]) => name))];
  const valuesOf = (name: string) => answer.headers.filter(([one]) => one === name).map(([, value]) => value);
  const Headers = Object.fromEntries(names.map((name) => [name, valuesOf(name)]));
  return {
    Headers,
    ResponseBody: parsed(text),
    StatusCode: answer.status,
    StatusText: STATUS_CODES[answer.status] ?? "",
  };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
