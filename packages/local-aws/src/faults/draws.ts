/**
 * The numbers that decide: a sequence for each rule, which its n-th call takes the n-th of, whatever other rules do. The same
 * seed over the same calls gives the same faults.
 */

/** Mulberry32: 32 bits of state, and a period of 2³². @returns numbers of [0, 1). */
export function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A rule's own seed: neighbours have nothing in common. */
export const seedOf = (seed: number, rule: number): number =>
  Math.floor(draws(seed ^ Math.imul(rule + 1, 0x9e3779b1))() * 2 ** 32);
