import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { fit, score } from "../../../containers/recommender/factorization.ts";
import { writeRecommendations } from "../../../containers/recommender/recommendations.ts";
import { topUnseenItems } from "../../../containers/recommender/topItems.ts";
import { generated, ratingsOf, smallSettings } from "./support.ts";

describe("recommendations", () => {
  it("are the best unseen items, as sorting them all finds", () => {
    // More users than a block has, more items than a tile has.
    const { matrix } = generated({ users: 150, items: 600, ratings: 4000 });
    const model = fit(matrix, smallSettings);
    let users = 0;
    for (const { user, items } of topUnseenItems(model, matrix, 10)) {
      assert.equal(user, users++);
      const seen = new Set(matrix.items.subarray(matrix.starts[user], matrix.starts[user + 1]));
      const expected = Array.from({ length: matrix.itemCount }, (_, item) => item)
        .filter((item) => !seen.has(item))
        .sort((a, b) => score(model, user, b) - score(model, user, a) || a - b)
        .slice(0, 10);
      assert.deepEqual(items, expected);
    }
    assert.equal(users, matrix.userCount);
  });

  it("are fewer, or none, for a user who has seen nearly everything", () => {
    const { matrix } = ratingsOf([
      { user: 1, item: 1, rating: 5 },
      { user: 1, item: 2, rating: 4 },
      { user: 2, item: 2, rating: 4 },
    ]);
    const found = [...topUnseenItems(fit(matrix, smallSettings), matrix, 10)];
    assert.deepEqual(found, [
      { user: 0, items: [] },
      { user: 1, items: [0] },
    ]);
  });

  describe("in their file", () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "recommendations-"));
    });
    after(() => rm(folder, { recursive: true }));

    const write = async (rows: { user: unknown; item: unknown; rating: number }[]) => {
      const ratings = ratingsOf(rows);
      const file = join(folder, "table", "recommendations.csv.gz");
      await writeRecommendations(file, fit(ratings.matrix, smallSettings), ratings);
      const text = gunzipSync(await readFile(file)).toString();
      return parse(text, { columns: true }) as { USERID: string; TOP_10_RECOMMENDATIONS: string }[];
    };

    it("are JSON arrays of numbers that VARIANT takes, and replace what was there", async () => {
      await write([
        { user: 7, item: 70, rating: 1 },
        { user: 8, item: 80, rating: 2 },
        { user: 9, item: 90, rating: 2 },
      ]);
      const rows = await write([
        { user: 1, item: 10, rating: 1 },
        { user: 2, item: 20, rating: 2 },
      ]);
      assert.deepEqual(rows, [
        { USERID: "1", TOP_10_RECOMMENDATIONS: "[20]" },
        { USERID: "2", TOP_10_RECOMMENDATIONS: "[10]" },
      ]);
      assert.deepEqual(await readdir(join(folder, "table")), ["recommendations.csv.gz"]);
    });

    it("are strings when an id is no whole number, quoted for CSV and JSON", async () => {
      const rows = await write([
        { user: 'a "b", c', item: 'x "y"', rating: 1 },
        { user: 2, item: "007", rating: 2 },
      ]);
      assert.deepEqual(rows, [
        { USERID: "2", TOP_10_RECOMMENDATIONS: '["x \\"y\\""]' },
        { USERID: 'a "b", c', TOP_10_RECOMMENDATIONS: '["007"]' },
      ]);
    });

    it("leave nothing half-written when writing fails", async () => {
      const ratings = ratingsOf([{ user: 1, item: 1, rating: 1 }]);
      const broken = { ...fit(ratings.matrix, smallSettings), itemBiases: undefined as never };
      const file = join(folder, "other", "recommendations.csv.gz");
      const { matrix } = ratingsOf([
        { user: 1, item: 1, rating: 1 },
        { user: 2, item: 2, rating: 1 },
      ]);
      await assert.rejects(writeRecommendations(file, broken, { ...ratings, matrix }), TypeError);
      assert.deepEqual(await readdir(join(folder, "other")), []);
    });
  });
});
