import { dot } from "./dot.ts";
import type { Factorization } from "./factorization.ts";
import type { RatingMatrix } from "./ratings.ts";

/** Items of one tile are scored for every user of a block, while the tile's factors are in the processor's cache. */
const TILE_ITEMS = 256;
const BLOCK_USERS = 64;

/**
 * The `count` items with the highest predicted rating that a user has not rated, best first, for every user in turn.
 * Equal predictions keep the order of the items. Memory: a block of users' best items, never users x items.
 */
export function* topUnseenItems(
  model: Factorization,
  matrix: RatingMatrix,
  count: number,
): Generator<{ user: number; items: number[] }> {
  for (let first = 0; first < matrix.userCount; first += BLOCK_USERS) {
    const last = Math.min(first + BLOCK_USERS, matrix.userCount);
    const best = Array.from({ length: last - first }, () => new Best(count));
    // Where each user's own ratings, which ascend by item, have been passed.
    const seen = matrix.starts.slice(first, last);
    for (let tile = 0; tile < matrix.itemCount; tile += TILE_ITEMS) {
      const tileEnd = Math.min(tile + TILE_ITEMS, matrix.itemCount);
      for (let user = first; user < last; user++) {
        seen[user - first] = scoreTile(model, matrix, user, tile, tileEnd, seen[user - first]!, best[user - first]!);
      }
    }
    for (let user = first; user < last; user++)
      yield { user, items: best[user - first]!.items.slice(0, best[user - first]!.length) };
  }
}

/** The user's bias and the mean are the same for all items: they do not change the order. */
function scoreTile(
  { factors, itemBiases, userFactors, itemFactors }: Factorization,
  { items, starts }: RatingMatrix,
  user: number,
  tile: number,
  tileEnd: number,
  seenFrom: number,
  best: Best,
): number {
  const p = user * factors;
  const seenEnd = starts[user + 1]!;
  let seen = seenFrom;
  for (let item = tile; item < tileEnd; item++) {
    if (seen < seenEnd && items[seen] === item) {
      seen++;
      continue;
    }
    best.offer(item, itemBiases[item]! + dot(userFactors, p, itemFactors, item * factors, factors));
  }
  return seen;
}

/** The best few of many, kept sorted: for ten of them insertion is as fast as a heap. */
class Best {
  readonly items: number[];
  length = 0;
  private readonly scores: Float64Array;

  constructor(capacity: number) {
    this.items = new Array(capacity).fill(0);
    this.scores = new Float64Array(capacity);
  }

  offer(item: number, score: number): void {
    const { items, scores } = this;
    if (this.length === scores.length) {
      if (score <= scores[this.length - 1]!) return;
    } else this.length++;
    let at = this.length - 1;
    for (; at > 0 && scores[at - 1]! < score; at--) {
      scores[at] = scores[at - 1]!;
      items[at] = items[at - 1]!;
    }
    scores[at] = score;
    items[at] = item;
  }
}
