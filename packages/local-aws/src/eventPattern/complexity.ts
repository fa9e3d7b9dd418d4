/**
 * Wildcards that AWS refuses as too complex: those of which one text can match more than ten beginnings at a time.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-wildcard-matching-complexity
 */
import { PatternError } from "./matchers.ts";

/** Beginnings at a time. AWS does not state the number; others have measured it. */
const most = 10;
/** Sets of beginnings that are looked at: more than any pattern of a few wildcards has. */
const mostSets = 5_000;

/**
 * @param patterns those of one field, as literals between wildcards; a text is matched against all of them at once.
 * @throws PatternError
 */
export function checkComplexity(patterns: readonly string[][]): void {
  if (patterns.length === 0) return;
  // A pattern is read in its JSON form, with quotes; `undefined` is a wildcard.
  const texts = patterns.map((pieces) => {
    const tokens = pieces.flatMap((piece, index) => [...(index > 0 ? [undefined] : []), ...piece]);
    return ['"', ...tokens, '"'];
  });
  const seen = new Set<string>();
  const pending = [texts.map(() => new Set([0]))];
  for (let active = pending.pop(); active; active = pending.pop()) {
    // One character stands for all those that occur in no pattern.
    for (const character of new Set(
      texts.flatMap((tokens, index) => following(tokens, active[index] as Set<number>)),
    )) {
      const next = texts.map((tokens, index) => advance(tokens, active[index] as Set<number>, character));
      const size = next.reduce((sum, places, index) => sum + weight(texts[index] as Tokens, places), 0);
      const key = next.map((places) => [...places].sort().join(" ")).join("|");
      if (size === 0 || seen.has(key)) continue;
      seen.add(key);
      if (size > most || seen.size > mostSets) throw tooComplex();
      pending.push(next);
    }
  }
}

type Tokens = readonly (string | undefined)[];

/** Characters that lead on from these positions. */
const following = (tokens: Tokens, places: ReadonlySet<number>): (string | undefined)[] => [
  undefined,
  ...[...places].map((place) => tokens[place] ?? tokens[place + 1]),
];

/** Possible positions in the pattern, one character later: each is the number of tokens passed. */
function advance(tokens: Tokens, places: ReadonlySet<number>, character: string | undefined): Set<number> {
  const next = new Set<number>();
  for (const place of places) {
    if (place > 0 && tokens[place - 1] === undefined) next.add(place);
    if (place === tokens.length) continue;
    if (tokens[place] === undefined) {
      next.add(place + 1);
      if (character !== undefined && tokens[place + 1] === character) next.add(place + 2);
    } else if (tokens[place] === character) next.add(place + 1);
  }
  return next;
}

/** What matches `foo` matches `foo*`, too. */
function weight(tokens: Tokens, places: ReadonlySet<number>): number {
  let size = places.size;
  for (const place of places)
    if (place < tokens.length && tokens[place] === undefined && !places.has(place + 1)) size++;
  return size;
}

const tooComplex = () =>
  new PatternError(
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character",
  );
