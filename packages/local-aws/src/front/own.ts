/** What the endpoint answers itself, without a signature: its health, mails, user pools' keys, the console. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Console } from "../console/index.ts";
import { consolePath } from "../console/protocol.ts";
import type { KeptMail } from "../mail.ts";
import type { Services } from "../service.ts";
import { healthOf } from "./health.ts";
import { type Part, sendJson } from "./server.ts";

export interface OwnOptions {
  accountId: string;
  /** Region of requests that are not signed, and its services. */
  defaultRegion: string;
  services(): Services;
  /** Mails stored after the one with that key, oldest first; all of them without a key. */
  mails(after: string): KeptMail[];
  /** Web pages about the cloud. Default: none. */
  console?: Pick<Console, "handle">;
  /** Of user pools: what is public. */
  cognito: { issuer(pool: string): string; jwks(pool: string): Promise<{ keys: object[] }> };
}

/** What AWS has below a user pool's issuer. No bucket's name has an underscore. */
const wellKnown = /^\/([\w-]+_\w+)\/\.well-known\/(jwks\.json|openid-configuration)$/;

/** @param opened resolves when the services have started. */
export function ownPaths(options: OwnOptions, opened: Promise<void>): Part {
  const health = () => healthOf(options.defaultRegion, options.accountId, options.services());
  const documents = new Map<string, (url: string) => object>([
    ["/_health", health],
    // Health path that LocalStack's wrappers poll.
    ["/_localstack/health", health],
    ["/_aws/mail", (url) => ({ mails: options.mails(new URLSearchParams(url.split("?")[1]).get("after") ?? "") })],
  ]);
  const answerOf = (url: string, host: string | undefined): Answer | undefined => {
    if (url.startsWith(consolePath)) return shown(options.console);
    const path = url.split("?", 1)[0] as string;
    const document = documents.get(path);
    if (document) return read(async () => document(url));
    const [, pool, file] = wellKnown.exec(path) ?? [];
    return pool === undefined ? undefined : read(() => poolDocument(options, host, pool, file));
  };
  return (request, response) => {
    const answer = answerOf(request.url as string, request.headers.host);
    if (!answer) return false;
    opened
      .then(() => answer(request, response))
      .catch((error) => {
        console.error("the AWS endpoint:", error);
        response.destroy();
      });
    return true;
  };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const read =
  (document: () => Promise<object>): Answer =>
  async ({ method }, response) => {
    if (method === "GET" || method === "HEAD") sendJson(response, 200, await document());
    else sendJson(response, 404, { message: "Not Found" });
  };

const shown =
  (pages: OwnOptions["console"]): Answer =>
  async (request, response) => {
    if (pages) await pages.handle(request, response);
    else sendJson(response, 404, { message: "Not Found" });
  };

async function poolDocument(
  { cognito }: OwnOptions,
  host: string | undefined,
  pool: string,
  file: string | undefined,
): Promise<object> {
  if (file === "jwks.json") return cognito.jwks(pool);
  return {
    issuer: cognito.issuer(pool),
    jwks_uri: `http://${host}/${pool}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "token"],
    scopes_supported: ["openid", "email", "phone", "profile"],
    subject_types_supported: ["public"],
  };
}
