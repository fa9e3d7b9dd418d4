import type { RawResponse } from "../../../http/raw.ts";
import type { AwsError } from "../../../service.ts";
import { escapeXml } from "../../../wire/xml.ts";

const titles: Record<number, string> = {
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  416: "Requested Range Not Satisfiable",
};

/**
 * S3's own page about an error of a website.
 * @param second why the site's page for it could not be shown.
 */
export function errorPage(error: AwsError, requestId: string, second?: AwsError): RawResponse {
  const title = `${error.status} ${titles[error.status] ?? "Bad Request"}`;
  const items = (members: object) =>
    Object.entries(members).map(([name, value]) => `<li>${name}: ${escapeXml(String(value))}</li>`);
  const list = (lines: string[]) => ["<ul>", ...lines, "</ul>"];
  const about = ({ code, message, members }: AwsError) => items({ Code: code, Message: message, ...members });
  const lines = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<h1>${title}</h1>`,
    ...list([...about(error), ...items({ RequestId: requestId, HostId: "local" })]),
    ...(second
      ? ["<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>", ...list(about(second))]
      : []),
    "<hr/>",
    "</body>",
    "</html>",
    "",
  ];
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "x-amz-error-code": error.code,
    "x-amz-error-message": error.message,
  };
  return { status: error.status, headers, body: lines.join("\n") };
}
