/** What every text for GitHub goes through: no secret is in it, no value of the program can shape it, and it is not too long. */

/** The most characters that GitHub takes as the body of a comment or an issue. */
export const longestBody = 65_536;

/** Variables of the environment whose values are nobody's to read. */
const secretNames = /TOKEN|SECRET|PASS|CREDENTIAL|ACCESS_KEY/;

/** Keys of AWS, tokens of GitHub and Pulumi: by their form, wherever they come from. */
const secretForms =
  /\b(?:A(?:KIA|SIA)[A-Z2-7]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|pul-[0-9a-f]{40}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)/g;

/**
 * A text without what is secret.
 * @param environment whose tokens, passphrases and keys are looked for; those of less than eight characters are in any text.
 */
export function withoutSecrets(text: string, environment: NodeJS.ProcessEnv): string {
  const secrets = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value.length >= 8 && secretNames.test(name) ? [value] : [],
  );
  // The longer ones first: one may begin another.
  secrets.sort((a, b) => b.length - a.length);
  return secrets.reduce((hidden, secret) => hidden.replaceAll(secret, "***"), text.replace(secretForms, "***"));
}

/** A text as a cell of a table: on one line, and nothing but text, mentions of people included. */
export const cell = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_[\]|]/g, (letter) => `\\${letter}`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("@", "@&#8203;");

/** `| a | b |` for each row, below a head. */
export const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => "---"), ...rows.map((row) => row.map(cell))]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

/** Lines between fences, which no line of them can close. */
export const fenced = (lines: string[], language = "text"): string =>
  `\`\`\`${language}\n${lines.map((line) => line.replaceAll("`", "ˋ").replaceAll("\n", " ")).join("\n")}\n\`\`\``;

/**
 * As many whole lines of a text as there is room for; fences and folds that are open at the cut are closed.
 * @param room in characters.
 * @param more says where the rest is; it is part of the room.
 */
export function cut(text: string, room: number, more: string): string {
  if (text.length <= room) return text;
  const closing = "\n```\n</details>\n\n";
  let left = room - more.length - closing.length;
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    left -= line.length + 1;
    if (left < 0) break;
    kept.push(line);
  }
  const count = (mark: RegExp) => kept.filter((line) => mark.test(line)).length;
  const fence = count(/^```/) % 2 === 1 ? ["```"] : [];
  const fold = count(/^<details>/) > count(/^<\/details>/) ? ["</details>"] : [];
  return [...kept, ...fence, ...fold, "", more].join("\n");
}
