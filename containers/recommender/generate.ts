/**
 * Rating data of known structure, for tests and benchmarks: `rating = mean + user bias + item bias + p . q + noise`,
 * where `p` and `q` have `rank` numbers. No predictor can have an RMSE below the noise's deviation: the noise floor.
 * Popularity is uneven, as in real data: few items have most ratings, some users rate a lot.
 *
 *     node containers/recommender/generate.ts --ratings 100000 > ratings.csv
 */
import { parseArgs } from "node:util";
import { Random } from "./random.ts";

export interface RatingStructure {
  users: number;
  items: number;
  /** Distinct pairs; at most half of users x items. */
  ratings: number;
  /** Length of the true factor vectors. Default 5. */
  rank?: number;
  /** Mean rating. Default 3.5. */
  mean?: number;
  /** Standard deviation of users' and of items' biases. Default 0.4. */
  biasDeviation?: number;
  /** Standard deviation of `p . q`. Default 0.4. */
  interactionDeviation?: number;
  /** Standard deviation of the noise. Default 0.5. */
  noise?: number;
  /** Rounds to whole stars from 1 to 5, as people rate; the noise floor is then not known exactly. Default false. */
  stars?: boolean;
  /** Default 1. */
  seed?: number;
}

export interface GeneratedRating {
  user: number;
  item: number;
  rating: number;
}

/** The ratings in random order. Users and items count from 1. */
export function generateRatings(structure: RatingStructure): GeneratedRating[] {
  const { users, items, ratings, rank = 5, mean = 3.5, biasDeviation = 0.4, noise = 0.5 } = structure;
  const { interactionDeviation = 0.4, stars = false, seed = 1 } = structure;
  if (ratings > (users * items) / 2) {
    throw new RangeError(`ratings is ${ratings}, expected at most half of ${users} users x ${items} items`);
  }
  const random = new Random(seed);
  const normals = (count: number, deviation: number) =>
    Float64Array.from({ length: count }, () => deviation * random.normal());
  const userBiases = normals(users, biasDeviation);
  const itemBiases = normals(items, biasDeviation);
  // The variance of a sum of `rank` products of two independent normals is rank x deviation^4.
  const factorDeviation = Math.sqrt(interactionDeviation / Math.sqrt(rank));
  const userFactors = normals(users * rank, factorDeviation);
  const itemFactors = normals(items * rank, factorDeviation);
  const drawUser = sampler(
    Float64Array.from({ length: users }, () => Math.exp(0.8 * random.normal())),
    random,
  );
  const drawItem = sampler(
    Float64Array.from({ length: items }, (_, item) => 1 / (item + 20) ** 0.7),
    random,
  );

  const seen = new Set<number>();
  const generated: GeneratedRating[] = [];
  while (generated.length < ratings) {
    const user = drawUser();
    const item = drawItem();
    if (seen.has(user * items + item)) continue;
    seen.add(user * items + item);
    let rating = mean + userBiases[user]! + itemBiases[item]! + noise * random.normal();
    for (let f = 0; f < rank; f++) rating += userFactors[user * rank + f]! * itemFactors[item * rank + f]!;
    if (stars) rating = Math.min(5, Math.max(1, Math.round(rating)));
    generated.push({ user: user + 1, item: item + 1, rating });
  }
  return generated;
}

/** Draws indexes in proportion to their weights: binary search in the running sum. */
function sampler(weights: Float64Array, random: Random): () => number {
  let total = 0;
  const sums = weights.map((weight) => {
    total += weight;
    return total;
  });
  return () => {
    const target = random.uniform() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** CSV with a header, as unloaded from the `ratings` table. */
export const toCsv = (ratings: GeneratedRating[], header = "USERID,MOVIEID,RATING") =>
  `${header}\n${ratings.map(({ user, item, rating }) => `${user},${item},${rating}`).join("\n")}\n`;

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      users: { type: "string", default: "943" },
      items: { type: "string", default: "1682" },
      ratings: { type: "string", default: "100000" },
      rank: { type: "string", default: "5" },
      noise: { type: "string", default: "0.9" },
      seed: { type: "string", default: "1" },
      stars: { type: "boolean", default: true },
    },
  });
  const [users, items, ratings, rank, noise, seed] = [
    values.users,
    values.items,
    values.ratings,
    values.rank,
    values.noise,
    values.seed,
  ].map(Number) as [number, number, number, number, number, number];
  process.stdout.write(toCsv(generateRatings({ users, items, ratings, rank, noise, seed, stars: values.stars })));
}
