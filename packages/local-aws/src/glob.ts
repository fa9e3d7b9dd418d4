/**
 * Wildcards in users' patterns, in time that grows with the text and not with a power of it: one that blocks the only thread
 * blocks every service. (IAM's patterns also have variables and `?`; see `authorization/pattern.ts`.)
 */

/**
 * Whether a text begins with the first piece, ends with the last, and has the others in between, in their order.
 * @param pieces the text between the wildcards `*`; a single one is the whole text.
 */
export function globTest(pieces: readonly string[]): (text: string) => boolean {
  const [start = "", ...rest] = pieces;
  const end = rest.pop();
  if (end === undefined) return (text) => text === start;
  return (text) => {
    if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
    const last = text.length - end.length;
    let at = start.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found < 0 || found + piece.length > last) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** The text between the wildcards; `\*` and `\\` are the characters themselves, any other `\` as well. */
export function globPieces(pattern: string): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === "*") {
      pieces.push(piece);
      piece = "";
      continue;
    }
    if (pattern[at] === "\\" && /[\\*]/.test(pattern[at + 1] ?? "")) at++;
    piece += pattern[at];
  }
  return [...pieces, piece];
}
