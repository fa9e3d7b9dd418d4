import assert from "node:assert/strict";
import { fit, measure } from "../../../containers/recommender/factorization.ts";
import { generateRatings, toCsv } from "../../../containers/recommender/generate.ts";
import { defaultSettings, ratingsOf } from "./support.ts";

describe("generated ratings", () => {
  const structure = { users: 300, items: 200, ratings: 10_000 };

  it("are distinct pairs, the same for the same seed", () => {
    const rows = generateRatings(structure);
    assert.equal(new Set(rows.map(({ user, item }) => `${user},${item}`)).size, 10_000);
    assert.deepEqual(generateRatings(structure), rows);
    assert.notDeepEqual(generateRatings({ ...structure, seed: 2 }), rows);
  });

  it("have the deviation of their parts", () => {
    const parts = { biasDeviation: 0.3, interactionDeviation: 0.6, noise: 0.2 };
    const ratings = generateRatings({ users: 2000, items: 2000, ratings: 200_000, rank: 8, ...parts }).map(
      ({ rating }) => rating,
    );
    const mean = ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length;
    const variance = ratings.reduce((sum, rating) => sum + (rating - mean) ** 2, 0) / ratings.length;
    const expected = 2 * 0.3 ** 2 + 0.6 ** 2 + 0.2 ** 2;
    assert.ok(Math.abs(mean - 3.5) < 0.1, `mean ${mean}`);
    assert.ok(Math.abs(variance / expected - 1) < 0.1, `variance ${variance}, expected ${expected}`);
  });

  it("without noise can be learned nearly perfectly", () => {
    const { matrix } = ratingsOf(generateRatings({ ...structure, rank: 2, noise: 0 }));
    const settings = { ...defaultSettings, factors: 4, epochs: 150, learningRate: 0.02, regularization: 0.001 };
    assert.ok(measure(fit(matrix, settings), matrix).rmse < 0.05);
  });

  it("can be stars from 1 to 5", () => {
    const stars = new Set(generateRatings({ ...structure, stars: true, noise: 2 }).map(({ rating }) => rating));
    assert.deepEqual([...stars].sort(), [1, 2, 3, 4, 5]);
  });

  it("cannot fill more than half of all pairs", () => {
    assert.throws(
      () => generateRatings({ users: 10, items: 10, ratings: 51 }),
      /ratings is 51, expected at most half of 10 users x 10 items/,
    );
  });

  it("are CSV with a header", () => {
    assert.equal(toCsv([{ user: 1, item: 2, rating: 3.5 }]), "USERID,MOVIEID,RATING\n1,2,3.5\n");
  });
});
