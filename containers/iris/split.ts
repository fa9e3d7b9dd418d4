import { mersenne } from "pure-rand/generator/mersenne";

/**
 * A random permutation of the numbers below `count`: that of NumPy's `RandomState(seed).permutation(count)`, Fisher and
 * Yates's shuffle on the Mersenne Twister, whose bounded numbers are masked bits drawn again while they are too large.
 */
export function permutation(count: number, seed: number): number[] {
  const random = mersenne(seed);
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const mask = 2 ** (32 - Math.clz32(last)) - 1;
    let other = random.next() & mask;
    while (other > last) other = random.next() & mask;
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/**
 * Splits samples as scikit-learn's `train_test_split(samples, test_size=share, random_state=seed)` does, so that results
 * can be compared: the permutation's first part is held out, the next is for training.
 */
export function trainTestSplit<T>(
  samples: readonly T[],
  heldOutShare: number,
  seed: number,
): { training: T[]; heldOut: T[] } {
  const order = permutation(samples.length, seed).map((index) => samples[index]!);
  const count = Math.ceil(heldOutShare * samples.length);
  return { heldOut: order.slice(0, count), training: order.slice(count) };
}
