import { dot } from "./dot.ts";
import type { FitSettings } from "./hyperparameters.ts";
import { Random } from "./random.ts";
import type { RatingMatrix } from "./ratings.ts";

/**
 * A biased matrix factorization: the rating of item `i` by user `u` is
 * `mean + userBiases[u] + itemBiases[i] + userFactors[u] . itemFactors[i]`, clipped to the rating scale.
 * Factors are row-major, `factors` numbers a row. Who has no ratings has bias 0 and factors 0, so that the formula
 * falls back to what is known.
 */
export interface Factorization {
  factors: number;
  mean: number;
  low: number;
  high: number;
  userBiases: Float64Array;
  itemBiases: Float64Array;
  userFactors: Float64Array;
  itemFactors: Float64Array;
}

/** Ratings `k` with `foldOf[k] === fold` are left out of training. */
export interface HeldOut {
  foldOf: Uint8Array;
  fold: number;
}

/**
 * Fits biases and factors by stochastic gradient descent on the regularized squared error, as Simon Funk's and
 * Surprise's SVD do: biases start at 0 and factors normally distributed; a rating moves its user's and its item's
 * parameters at once; ratings are visited user by user. The order of the users, and of the ratings of each user, is
 * shuffled once by the seed and is the same in every epoch, so the result does not depend on the order of the input.
 */
export function fit(matrix: RatingMatrix, settings: FitSettings, heldOut?: HeldOut): Factorization {
  const { userCount, itemCount, items, values } = matrix;
  const { factors } = settings;
  const random = new Random(settings.seed);
  const visits = visitingOrder(matrix, random, heldOut);
  const initial = (rows: number) => {
    const array = new Float64Array(rows * factors);
    for (let at = 0; at < array.length; at++) array[at] = settings.initialDeviation * random.normal();
    return array;
  };
  const model: Factorization = {
    factors,
    mean: 0,
    low: matrix.low,
    high: matrix.high,
    userBiases: new Float64Array(userCount),
    itemBiases: new Float64Array(itemCount),
    userFactors: initial(userCount),
    itemFactors: initial(itemCount),
  };
  const rated = new Uint8Array(itemCount);
  let sum = 0;
  for (const rating of visits.ratings) {
    sum += values[rating]!;
    rated[items[rating]!] = 1;
  }
  model.mean = visits.ratings.length > 0 ? sum / visits.ratings.length : 0;
  for (let epoch = 0; epoch < settings.epochs; epoch++) descend(model, matrix, visits, settings);

  for (let item = 0; item < itemCount; item++) {
    if (!rated[item]) model.itemFactors.fill(0, item * factors, (item + 1) * factors);
  }
  for (let at = 0; at < userCount; at++) {
    const user = visits.users[at]!;
    if (visits.ends[at] === (at === 0 ? 0 : visits.ends[at - 1])) {
      model.userFactors.fill(0, user * factors, (user + 1) * factors);
    }
  }
  return model;
}

/** `users` in the order in which they are visited; the ratings of `users[n]` are `ratings[ends[n - 1], ends[n])`. */
interface Visits {
  users: Int32Array;
  ends: Int32Array;
  ratings: Int32Array;
}

function visitingOrder({ userCount, starts, items }: RatingMatrix, random: Random, heldOut?: HeldOut): Visits {
  const users = Int32Array.from({ length: userCount }, (_, user) => user);
  random.shuffle(users);
  const ends = new Int32Array(userCount);
  const ratings = new Int32Array(items.length);
  let count = 0;
  for (let at = 0; at < userCount; at++) {
    const user = users[at]!;
    const first = count;
    for (let rating = starts[user]!; rating < starts[user + 1]!; rating++) {
      if (!heldOut || heldOut.foldOf[rating] !== heldOut.fold) ratings[count++] = rating;
    }
    random.shuffle(ratings, first, count);
    ends[at] = count;
  }
  return { users, ends, ratings: ratings.subarray(0, count) };
}

/** One epoch. */
function descend(model: Factorization, matrix: RatingMatrix, visits: Visits, settings: FitSettings): void {
  const { factors, mean, userBiases, itemBiases, userFactors, itemFactors } = model;
  const { items, values } = matrix;
  const { learningRate: rate, regularization } = settings;
  const keep = 1 - rate * regularization;
  let at = 0;
  for (let turn = 0; turn < visits.users.length; turn++) {
    const user = visits.users[turn]!;
    const p = user * factors;
    for (const end = visits.ends[turn]!; at < end; at++) {
      const rating = visits.ratings[at]!;
      const item = items[rating]!;
      const q = item * factors;
      const error =
        values[rating]! - (mean + userBiases[user]! + itemBiases[item]! + dot(userFactors, p, itemFactors, q, factors));
      userBiases[user] = keep * userBiases[user]! + rate * error;
      itemBiases[item] = keep * itemBiases[item]! + rate * error;
      const step = rate * error;
      for (let f = 0; f < factors; f++) {
        const pf = userFactors[p + f]!;
        const qf = itemFactors[q + f]!;
        userFactors[p + f] = keep * pf + step * qf;
        itemFactors[q + f] = keep * qf + step * pf;
      }
    }
  }
}

/** The predicted rating, before clipping. */
export function score(model: Factorization, user: number, item: number): number {
  const { factors, userFactors, itemFactors } = model;
  const biases = model.mean + model.userBiases[user]! + model.itemBiases[item]!;
  return biases + dot(userFactors, user * factors, itemFactors, item * factors, factors);
}

/** Root mean squared and mean absolute error of predictions, in units of the rating. */
export interface Accuracy {
  rmse: number;
  mae: number;
}

/** Accuracy on the ratings of one fold, or on all. */
export function measure(model: Factorization, matrix: RatingMatrix, fold?: HeldOut): Accuracy {
  let squares = 0;
  let absolutes = 0;
  let count = 0;
  for (let user = 0; user < matrix.userCount; user++) {
    for (let rating = matrix.starts[user]!; rating < matrix.starts[user + 1]!; rating++) {
      if (fold && fold.foldOf[rating] !== fold.fold) continue;
      const predicted = Math.min(model.high, Math.max(model.low, score(model, user, matrix.items[rating]!)));
      const error = predicted - matrix.values[rating]!;
      squares += error * error;
      absolutes += Math.abs(error);
      count++;
    }
  }
  return { rmse: Math.sqrt(squares / count), mae: absolutes / count };
}
