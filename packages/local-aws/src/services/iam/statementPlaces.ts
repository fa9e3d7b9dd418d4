/** Where statements are in a policy's text, as the policy simulator tells. */
import type { Position } from "@aws-sdk/client-iam";

/** From behind the brace that opens a statement to behind the one that closes it. */
export interface Place {
  StartPosition: Position;
  EndPosition: Position;
}

const tokens = /"(?:\\.|[^"\\])*"|[{}[\]:]/g;

/** @param text of a policy that is valid. @returns a place for each statement, in their order. */
export function statementPlaces(text: string): Place[] {
  const places: Place[] = [];
  const around: string[] = [];
  let last = "";
  let key = "";
  let begun: { at: number; depth: number } | undefined;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    const after = index + token.length;
    if (token === ":") {
      if (around.length === 1) key = last;
    } else if (token === "{" || token === "[") {
      const isStatement = around.length === 1 || (around.length === 2 && around[1] === "[");
      if (token === "{" && key === '"Statement"' && isStatement && !begun) begun = { at: after, depth: around.length };
      around.push(token);
    } else if (token === "}" || token === "]") {
      around.pop();
      if (begun?.depth === around.length) {
        places.push({ StartPosition: position(text, begun.at), EndPosition: position(text, after) });
        begun = undefined;
      }
    } else last = token;
  }
  return places;
}

function position(text: string, offset: number): Position {
  const before = text.slice(0, offset).split("\n");
  return { Line: before.length, Column: before.at(-1)!.length + 1 };
}
