/** Chance by a seed: what one part draws is independent of what others draw. */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Chance {
  /** [0, 1) */
  draw(): number;
  /** A whole number, both ends included. */
  between(from: number, to: number): number;
  /** Whether something of that probability happens. */
  happens(probability: number): boolean;
  one<Value>(of: readonly Value[]): Value;
}

/** @param part whose it is: each has a sequence of its own. */
export function chance(seed: number, part: string): Chance {
  const generator = xoroshiro128plus(
    [...part].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, seed),
  );
  const draw = () => uniformFloat64(generator);
  return {
    draw,
    between: (from, to) => from + Math.floor(draw() * (to - from + 1)),
    happens: (probability) => draw() < probability,
    one: (of) => of[Math.floor(draw() * of.length)] as never,
  };
}
