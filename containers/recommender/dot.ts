/**
 * The dot product of two rows of `length` numbers, in four lanes, so that one addition need not wait for the last.
 * @param p where the row begins in `left`.
 * @param q where it begins in `right`.
 */
export function dot(left: Float64Array, p: number, right: Float64Array, q: number, length: number): number {
  const lanes = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let f = 0;
  for (; f < lanes; f += 4) {
    a += left[p + f]! * right[q + f]!;
    b += left[p + f + 1]! * right[q + f + 1]!;
    c += left[p + f + 2]! * right[q + f + 2]!;
    d += left[p + f + 3]! * right[q + f + 3]!;
  }
  for (; f < length; f++) a += left[p + f]! * right[q + f]!;
  return a + b + (c + d);
}
