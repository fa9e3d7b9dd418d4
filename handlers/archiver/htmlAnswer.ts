import { createHash } from "node:crypto";
import type { APIGatewayProxyResult } from "aws-lambda";
import { type Html, html } from "./format.ts";

const style = `
:root{color-scheme:light dark;--ink:#16202c;--soft:#5a6675;--line:#dfe4ea;--paper:#fff;--ground:#f2f5f8;--yes:#0b7a4b;--no:#b3261e;--bar:#dfe4ea}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#9aa7b6;--line:#2c3643;--paper:#18202a;--ground:#0f151c;--yes:#2fb57a;--no:#f0685e;--bar:#2c3643}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:560px;background:var(--paper);border:1px solid var(--line);border-radius:14px;padding:32px;box-shadow:0 8px 30px rgb(15 25 40/.08)}
h1{margin:0 0 4px;font-size:22px;line-height:1.3}
p{margin:0 0 16px;color:var(--soft)}
.file{margin:20px 0;font:600 15px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto 1fr;gap:10px 20px;margin:0 0 24px;padding:20px 0;border:solid var(--line);border-width:1px 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
dd small{color:var(--soft)}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
meter{width:120px;height:14px;vertical-align:-1px;margin-right:8px}
label{display:block;margin-bottom:6px;color:var(--soft)}
textarea{width:100%;padding:10px 12px;border:1px solid var(--line);border-radius:8px;background:transparent;color:inherit;font:inherit;resize:vertical}
.buttons{display:grid;grid-template-columns:1fr 1fr;gap:12px;margin-top:20px}
button{padding:13px;border:0;border-radius:8px;font:inherit;font-weight:600;line-height:1;color:#fff;cursor:pointer}
@media(prefers-color-scheme:dark){button{color:#0f151c}}
button.yes{background:var(--yes)}
button.no{background:transparent;color:var(--no);box-shadow:inset 0 0 0 1.5px var(--no)}
button:focus-visible,textarea:focus-visible{outline:3px solid #5b9dff;outline-offset:2px}
.mark{font-weight:600}.mark.yes{color:var(--yes)}.mark.no{color:var(--no)}
footer{margin-top:20px;font-size:13px;color:var(--soft)}
`;

/** Nothing of the page comes from elsewhere, it runs no script, and nobody may frame it: a click is the reader's own. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** An answer of plain HTML, for nobody's cache. */
export const htmlAnswer = (
  statusCode: number,
  { title, body }: { title: string; body: Html },
): APIGatewayProxyResult => ({
  statusCode,
  headers: {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
  },
  body: `<!doctype html>${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>`
      .text
  }<style>${style}</style></head><body><main>${body.text}</main></body></html>`,
});
