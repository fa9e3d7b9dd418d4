import type { ServerResponse } from "node:http";
import type { RawResponse } from "../http/raw.ts";

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page of a few words, perhaps with an input field. */
export interface Page {
  status: number;
  title: string;
  text: string;
  command?: string;
  headers?: Record<string, string>;
}

export function show(response: ServerResponse, page: Page): void {
  const { status, headers, body } = htmlOf(page);
  response.writeHead(status, headers);
  response.end(body);
}

export function htmlOf({ status, title, text, command, headers: more }: Page): RawResponse & { body: string } {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    ...more,
  };
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 15vh auto; padding: 0 1em }</style>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
${command ? `<pre>${escaped(command)}</pre>` : ""}
</html>
`;
  return { status, headers, body };
}
