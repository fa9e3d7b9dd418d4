/** How EventBridge signs in at an HTTP endpoint. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection.html */
import type { ConnectionHttpParameters, CreateConnectionOAuthRequestParameters } from "@aws-sdk/client-eventbridge";
import { isOnThisMachine } from "../../kit/thisMachine.ts";
import { AwsError } from "../../service.ts";
import type { ConnectionRecord } from "./records.ts";

/** How long an endpoint may take, in milliseconds. */
export const callTimeout = 5_000;

/** What a connection adds to a request. */
export interface Additions {
  headers: Record<string, string>;
  query: Record<string, string>;
  body: Record<string, string>;
}

const pairs = (list: { Key?: string; Value?: string }[] = []): Record<string, string> =>
  Object.fromEntries(list.map(({ Key = "", Value = "" }) => [Key, Value]));

const additionsOf = ({ HeaderParameters, QueryStringParameters, BodyParameters }: ConnectionHttpParameters = {}) => ({
  headers: pairs(HeaderParameters),
  query: pairs(QueryStringParameters),
  body: pairs(BodyParameters),
});

/** @throws AwsError when no token is given out. */
export async function additions({ auth }: ConnectionRecord, signal: AbortSignal): Promise<Additions> {
  const { BasicAuthParameters: basic, ApiKeyAuthParameters: key, OAuthParameters: oauth } = auth;
  const { headers, ...rest } = additionsOf(auth.InvocationHttpParameters);
  const signed = {
    ...(basic && {
      authorization: `Basic ${Buffer.from(`${basic.Username}:${basic.Password}`).toString("base64")}`,
    }),
    ...(key && { [String(key.ApiKeyName)]: String(key.ApiKeyValue) }),
    ...(oauth && { authorization: `Bearer ${await tokenOf(oauth, signal)}` }),
  };
  return { headers: { ...headers, ...signed }, ...rest };
}

/** Client credentials against a token, as OAuth 2.0 has it. @throws AwsError */
export async function tokenOf(oauth: CreateConnectionOAuthRequestParameters, signal: AbortSignal): Promise<string> {
  const { AuthorizationEndpoint, ClientParameters, HttpMethod, OAuthHttpParameters } = oauth;
  const { headers, query, body } = additionsOf(OAuthHttpParameters);
  const url = onThisMachine(String(AuthorizationEndpoint));
  const asked = {
    grant_type: "client_credentials",
    client_id: String(ClientParameters?.ClientID),
    client_secret: String(ClientParameters?.ClientSecret),
    ...body,
  };
  const inQuery = HttpMethod === "GET" ? { ...asked, ...query } : query;
  for (const [name, value] of Object.entries(inQuery)) url.searchParams.set(name, value);
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(url, {
    method: String(HttpMethod),
    headers: { ...headers, ...(HttpMethod !== "GET" && form) },
    ...(HttpMethod !== "GET" && { body: new URLSearchParams(asked) }),
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(callTimeout)]),
  });
  const { access_token: token } = answer.ok ? ((await answer.json()) as { access_token?: string }) : {};
  if (typeof token === "string") return token;
  throw new AwsError("InvocationFailed", `${url.origin} gave out no token: it answered ${answer.status}`, 500);
}

/** @throws AwsError for an endpoint elsewhere. */
export function onThisMachine(address: string): URL {
  if (isOnThisMachine(address)) return new URL(address);
  throw new AwsError(
    "ValidationException",
    `Endpoint ${address} is not on this machine; the local cloud calls 127.0.0.1 and localhost only`,
    400,
  );
}

/** A connection's secret, as Secrets Manager keeps it. */
export function secretText({ auth }: Pick<ConnectionRecord, "auth">): string {
  const { BasicAuthParameters: basic, ApiKeyAuthParameters: key, OAuthParameters: oauth } = auth;
  const parameters = auth.InvocationHttpParameters;
  return JSON.stringify({
    ...(basic && { username: basic.Username, password: basic.Password }),
    ...(key && { api_key_name: key.ApiKeyName, api_key_value: key.ApiKeyValue }),
    ...(oauth && {
      client_id: oauth.ClientParameters?.ClientID,
      client_secret: oauth.ClientParameters?.ClientSecret,
      authorization_endpoint: oauth.AuthorizationEndpoint,
      http_method: oauth.HttpMethod,
      ...(oauth.OAuthHttpParameters && { oauth_http_parameters: kept(oauth.OAuthHttpParameters) }),
    }),
    ...(parameters && Object.keys(parameters).length > 0 && { invocation_http_parameters: kept(parameters) }),
  });
}

function kept({ HeaderParameters, QueryStringParameters, BodyParameters }: ConnectionHttpParameters) {
  const list = (of: { Key?: string; Value?: string; IsValueSecret?: boolean }[] = []) =>
    of.map(({ Key, Value, IsValueSecret = false }) => ({ key: Key, value: Value, is_value_secret: IsValueSecret }));
  return {
    ...(HeaderParameters && { header_parameters: list(HeaderParameters) }),
    ...(QueryStringParameters && { query_string_parameters: list(QueryStringParameters) }),
    ...(BodyParameters && { body_parameters: list(BodyParameters) }),
  };
}

/** A connection's parameters without what is secret. */
export function shownAuth({ auth }: ConnectionRecord) {
  const { BasicAuthParameters: basic, ApiKeyAuthParameters: key, OAuthParameters: oauth } = auth;
  const invocation = auth.InvocationHttpParameters;
  return {
    ...(basic && { BasicAuthParameters: { Username: basic.Username } }),
    ...(key && { ApiKeyAuthParameters: { ApiKeyName: key.ApiKeyName } }),
    ...(oauth && {
      OAuthParameters: {
        AuthorizationEndpoint: oauth.AuthorizationEndpoint,
        ClientParameters: { ClientID: oauth.ClientParameters?.ClientID },
        HttpMethod: oauth.HttpMethod,
        ...(oauth.OAuthHttpParameters && { OAuthHttpParameters: shown(oauth.OAuthHttpParameters) }),
      },
    }),
    ...(invocation && { InvocationHttpParameters: shown(invocation) }),
  };
}

const shown = (parameters: ConnectionHttpParameters): ConnectionHttpParameters =>
  Object.fromEntries(
    Object.entries(parameters as Record<string, { Value?: string; IsValueSecret?: boolean }[]>).map(([name, list]) => [
      name,
      list.map(({ Value, IsValueSecret = false, ...key }) => ({
        ...key,
        ...(!IsValueSecret && { Value }),
        IsValueSecret,
      })),
    ]),
  );
