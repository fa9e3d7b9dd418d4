/** What a failed connection means and what to do about it, in one line that names the host. */
import { subscribe } from "node:diagnostics_channel";

/** Whom a request was for that failed: most of Node's errors do not say. */
const hosts = new WeakMap<object, string>();

// The SDK's requests, and those of fetch.
subscribe("http.client.request.error", (message) => {
  const { request, error } = message as { request: { getHeader(name: string): unknown }; error: object };
  const host = request.getHeader("host");
  if (host) hosts.set(error, String(host));
});
subscribe("undici:request:error", (message) => {
  const { request, error } = message as { request: { origin: string | URL }; error: object };
  hosts.set(error, new URL(request.origin).host);
});

interface NetworkError extends Error {
  code?: unknown;
  hostname?: string;
  address?: string;
  port?: number;
  errors?: unknown[];
}

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?)(:\d+)?$/i.test(host);

type Sentence = (host: string, error: NetworkError) => string;

const refused: Sentence = (host) =>
  isLoopback(host)
    ? `Nothing answers at ${host}. For the local stack: npm start`
    : `${host} refuses connections. Check the address and its port.`;
const late: Sentence = (host) =>
  `${host} did not answer in time. Check the network, and a proxy or VPN on the way; then try again.`;
const closed: Sentence = (host) =>
  `${host} closed the connection. Try again; if it stays so, look at what is on the way (proxy, VPN, firewall).`;
const unreachable: Sentence = (host) => `There is no way to ${host} from this machine. Check its network and VPN.`;
const untrusted: Sentence = (host, { message }) =>
  `The certificate of ${host} is not trusted: ${message.split(";")[0]}. ` +
  "Where a proxy inspects TLS, name its certificate: NODE_EXTRA_CA_CERTS=FILE";
const noTls: Sentence = (host, { code }) =>
  `${host} does not speak TLS (${String(code)}). Check the address: https or http, and its port.`;

/** By Node's and undici's codes. https://nodejs.org/api/errors.html#common-system-errors */
const sentences: Record<string, Sentence> = {
  ECONNREFUSED: refused,
  ENOTFOUND: (host) => `There is no host ${host}. Check its name, the region, and the network (VPN, DNS).`,
  EAI_AGAIN: (host) => `The name ${host} cannot be looked up now. Check the network (VPN, DNS); then try again.`,
  ETIMEDOUT: late,
  UND_ERR_CONNECT_TIMEOUT: late,
  UND_ERR_HEADERS_TIMEOUT: late,
  UND_ERR_BODY_TIMEOUT: late,
  ECONNRESET: closed,
  EPIPE: closed,
  UND_ERR_SOCKET: closed,
  ENETUNREACH: unreachable,
  EHOSTUNREACH: unreachable,
  EADDRNOTAVAIL: unreachable,
  EPROTO: noTls,
};

function sentenceOf(error: NetworkError): Sentence | undefined {
  const code = String(error.code ?? "");
  if (sentences[code]) return sentences[code];
  if (error.name === "TimeoutError") return late;
  // OpenSSL's verdicts have no common prefix: CERT_HAS_EXPIRED, DEPTH_ZERO_SELF_SIGNED_CERT, UNABLE_TO_VERIFY_LEAF_SIGNATURE …
  if (/CERT|LEAF_SIGNATURE/.test(code)) return untrusted;
  if (code.startsWith("ERR_SSL_")) return noTls;
  return undefined;
}

/** The error itself, what it was caused by, and what a connection to several addresses failed with at each. */
function* chain(error: unknown): Generator<NetworkError> {
  if (!(error instanceof Error)) return;
  yield error;
  yield* chain(error.cause);
  for (const one of (error as NetworkError).errors ?? []) yield* chain(one);
}

/**
 * One line about a connection that failed, of fetch's or the SDK's.
 * @returns undefined where it is an error of another kind.
 */
export function explainNetwork(error: unknown): string | undefined {
  const links = [...chain(error)];
  const host =
    links.map((link) => hosts.get(link)).find(Boolean) ??
    links.map(({ hostname, address, port }) => hostname ?? (address && `${address}:${port}`)).find(Boolean) ??
    "the endpoint";
  for (const link of links) {
    const sentence = sentenceOf(link);
    if (sentence) return sentence(host, link);
  }
  // fetch says what was wrong in its cause alone.
  const [first, cause] = links;
  if (first?.message === "fetch failed") return `The request to ${host} failed: ${cause?.message ?? "no reason given"}`;
  return undefined;
}
