/**
 * Who may speak to a loopback server at all. Any page that a developer opens can make the browser send it requests, and sign
 * them, since the administrator's key is public knowledge; a name of the page's that later resolves to 127.0.0.1 (DNS
 * rebinding) even lets it read the answers. What browsers say in `Host`, `Origin` and `Sec-Fetch-Site` no page can change;
 * SDKs and command lines send only the first.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "../service.ts";

/** Prefixes that SDKs put before an endpoint's name for some operations: `sync-` of Step Functions. */
const loopback =
  /^(?:(?:sync|data|streaming)-)?(localhost|([a-z0-9_-]+\.)+localhost|127(\.\d{1,3}){3}|\[::1\])\.?(:\d+)?$/i;

/**
 * Names of AWS's own: S3's, in presigned URLs and of websites, and a service's in a region (`monitoring.us-east-1.amazonaws.com`).
 * AWS alone gives them addresses, so no page can let one lead to this machine; its user can (a proxy, a hosts file).
 */
const s3Name = /^([a-z0-9_.-]+\.)?s3([.-][a-z0-9-]+)*\.amazonaws\.com(:\d+)?$/i;
const serviceName = /^[a-z0-9-]+\.[a-z]+-[a-z]+-\d\.amazonaws\.com(:\d+)?$/i;
const isAws = (host: string): boolean => s3Name.test(host) || serviceName.test(host);

/** Whether a `Host` (name and port) means this machine, however it is resolved: browsers resolve `*.localhost` themselves. */
export const isLoopback = (host: string): boolean => loopback.test(host);

/** Why a request that names this host is refused. */
export const wrongHost = (host: string | undefined): string =>
  `the Host header is ${JSON.stringify(host ?? "")}; this server of the local AWS answers to localhost, *.localhost and 127.0.0.1`;

const isLocal = (origin: string): boolean => isLoopback(hostOf(origin));

/**
 * Where a browser says that a request comes from, when that is a page of another site; otherwise `undefined`.
 * @param isOwn whether an origin is this site's. Default: any of this machine's.
 */
export function foreignPage(
  { origin, "sec-fetch-site": site }: IncomingHttpHeaders,
  isOwn: (origin: string) => boolean = isLocal,
): string | undefined {
  if (origin !== undefined && !isOwn(origin)) return `Origin is ${JSON.stringify(origin)}`;
  if (site !== undefined && site !== "none" && site !== "same-origin") {
    return `Sec-Fetch-Site is ${JSON.stringify(site)}`;
  }
  return undefined;
}

function hostOf(origin: string): string {
  try {
    return new URL(origin).host;
  } catch {
    // `null`: a sandboxed frame, a file, a page behind a redirect.
    return "";
  }
}

/**
 * Why a request to the AWS endpoint is not let in, decided before anything in it is trusted; `undefined` when it is let in.
 * @param mayCross whether a page of another site may send it: by the bucket's CORS rules.
 */
export function refusal(headers: IncomingHttpHeaders, mayCross: () => boolean): AwsError | undefined {
  const { host } = headers;
  const refused = (why: string) => new AwsError("AccessDenied", `Refused: ${why}`, 403);
  if (host === undefined || !(isLoopback(host) || isAws(host))) return refused(wrongHost(host));
  const page = foreignPage(headers);
  if (!page || mayCross()) return undefined;
  return refused(`${page}; web pages from other sites may do only what a bucket's CORS rules allow`);
}
