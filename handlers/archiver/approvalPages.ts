import type { Link } from "./approvalLinks.ts";
import { type Html, html, sizeText, spanText, timeText } from "./format.ts";
import type { Granule } from "./granule.ts";
import type { Decision, Question } from "./questions.ts";

interface Page {
  title: string;
  body: Html;
}

/** What is to be decided, and two buttons. */
export function askPage({ approver }: Link, { granule, asked, until }: Question, now = Date.now()): Page {
  const left = spanText(Date.parse(until) - now);
  return {
    title: "Archive this file?",
    body: html`<h1>Archive this file?</h1>
<p>Asked ${spanText(now - Date.parse(asked))} ago; an answer counts for another ${left}.</p>
${facts(granule, now)}
<form method="post">
<label for="reason">Reason <small>(optional, kept in the record)</small></label>
<textarea id="reason" name="reason" rows="2" maxlength="500"></textarea>
<div class="buttons">
<button class="no" name="decision" value="reject">Reject</button>
<button class="yes" name="decision" value="approve">Approve</button>
</div>
</form>
<footer>You decide as ${approver}, until ${timeText(until)}. The first answer counts.</footer>`,
  };
}

/** @param when whether this very click decided. */
export function decidedPage({ granule }: Question, decision: Decision, when: "now" | "before"): Page {
  const { approved, approver, reason, at } = decision;
  const verb = approved ? "approved" : "rejected";
  const title = when === "now" ? `You have ${verb} it` : `Already ${verb}`;
  return {
    title,
    body: html`<h1><span class="mark ${approved ? "yes" : "no"}">${title}</span></h1>
<p>${approver || "Somebody"} ${verb} it on <time datetime="${at}">${timeText(at)}</time>${when === "before" ? "; nothing was changed." : "."}</p>
<div class="file">${granule.url}</div>
${reason ? html`<dl><dt>Reason</dt><dd>${reason}</dd></dl>` : ""}<footer>This page may be closed.</footer>`,
  };
}

export const messagePage = (title: string, text: string): Page => ({
  title,
  body: html`<h1>${title}</h1><p>${text}</p>`,
});

function facts({ quality, archive, url, file }: Granule, now: number): Html {
  return html`<div class="file">${url}</div>
<dl>
<dt>Quality</dt><dd><meter min="0" max="100" low="50" high="75" optimum="100" value="${quality}">${quality}</meter>${quality} <small>of 100</small></dd>
${
  file
    ? html`<dt>Size</dt><dd>${sizeText(file.size)}${file.size >= 1_000 ? html` <small>(${file.size.toLocaleString("en")} bytes)</small>` : ""}</dd>
<dt>Type</dt><dd>${file.contentType}</dd>
<dt>Age</dt><dd>${spanText(now - Date.parse(file.lastModified))} <small>(${timeText(file.lastModified)})</small></dd>
<dt>SHA-256</dt><dd><code>${file.sha256}</code></dd>`
    : html`<dt>File</dt><dd>none: a simulated granule</dd>`
}
${archive ? "" : html`<dt>Archive</dt><dd>not wanted: a yes leaves it where it is</dd>`}
</dl>`;
}
