import assert from "node:assert/strict";
import fc from "fast-check";
import { idOf, numberOf, RatingsBuilder } from "../../../containers/recommender/ratings.ts";
import { ratingsOf } from "./support.ts";

describe("ratings", () => {
  it("become a matrix sorted by user and item", () => {
    const { matrix, userIds, itemIds } = ratingsOf([
      { user: "b", item: "y", rating: 4 },
      { user: "a", item: "z", rating: 1 },
      { user: "b", item: "x", rating: "3.5" },
    ]);
    assert.deepEqual(
      [userIds, itemIds],
      [
        ["a", "b"],
        ["x", "y", "z"],
      ],
    );
    assert.deepEqual([...matrix.starts], [0, 1, 3]);
    assert.deepEqual([...matrix.items], [2, 0, 1]);
    assert.deepEqual([...matrix.values], [1, 3.5, 4]);
    assert.deepEqual([matrix.low, matrix.high], [1, 4]);
  });

  it("of one pair: the last one counts", () => {
    const { matrix, duplicates } = ratingsOf([
      { user: 1, item: 1, rating: 1 },
      { user: 1, item: 1, rating: 5 },
      { user: 1, item: 2, rating: 3 },
      { user: 1, item: 1, rating: 2 },
    ]);
    assert.deepEqual([...matrix.values], [2, 3]);
    assert.equal(duplicates, 2);
  });

  it("of one pair with timestamps: the latest counts, whatever the order", () => {
    const rows = [
      { user: 1, item: 1, rating: 1, timestamp: "2024-05-01T00:00:00Z" },
      { user: 1, item: 1, rating: 5, timestamp: "2025-05-01T00:00:00Z" },
      { user: 1, item: 1, rating: 2, timestamp: "2023-05-01T00:00:00Z" },
    ];
    assert.deepEqual([...ratingsOf(rows).matrix.values], [5]);
    assert.deepEqual([...ratingsOf(rows.toReversed()).matrix.values], [5]);
    // A timestamp that appears only later is newer than none.
    const late = [
      { user: 1, item: 1, rating: 1 },
      { user: 1, item: 1, rating: 4, timestamp: 9 },
      { user: 1, item: 1, rating: 3 },
    ];
    assert.deepEqual([...ratingsOf(late).matrix.values], [4]);
  });

  it("hold what a plain map holds, for any rows in any order", () => {
    const row = fc.record({ user: fc.nat(5), item: fc.nat(5), rating: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const expected = new Map(rows.map(({ user, item, rating }) => [`${user}/${item}`, rating]));
        const { matrix, userIds, itemIds, duplicates } = ratingsOf(rows);
        const found = new Map<string, number>();
        for (let user = 0; user < matrix.userCount; user++) {
          for (let at = matrix.starts[user]!; at < matrix.starts[user + 1]!; at++) {
            found.set(`${userIds[user]}/${itemIds[matrix.items[at]!]}`, matrix.values[at]!);
          }
        }
        assert.deepEqual(new Map([...found].sort()), new Map([...expected].sort()));
        assert.equal(duplicates, rows.length - expected.size);
      }),
    );
  });

  it("are counted, told by line and refused when bad", () => {
    const builder = new RatingsBuilder({ maxBadRows: 1, ratingMin: 1, ratingMax: 5 });
    builder.add({ user: "1", item: "1", rating: "3" }, () => "f:1");
    builder.add({ user: "", item: "1", rating: "3" }, () => "f:2");
    builder.add({ user: "1", item: null, rating: "3" }, () => "f:3");
    builder.add({ user: "1", item: "2", rating: "good" }, () => "f:4");
    builder.add({ user: "1", item: "2", rating: "9" }, () => "f:5");
    builder.add({ user: "1", item: "2", rating: "2", timestamp: "once" }, () => "f:6");
    builder.add({ user: "x".repeat(300), item: "2", rating: "2" }, () => "f:7");
    assert.throws(() => builder.finish(), {
      name: "UserError",
      message:
        '6 bad rows, max_bad_rows is 1: f:2: no user; f:3: no item; f:4: rating "good" is not a number; ' +
        'f:5: rating 9 is outside rating_min and rating_max; f:6: timestamp "once" is neither number nor date (and 1 more)',
    });
  });

  it("are used without the bad ones within the tolerance", () => {
    const builder = new RatingsBuilder({ maxBadRows: 1 });
    builder.add({ user: "1", item: "1", rating: "3" }, () => "f:1");
    builder.add({ user: "1", item: "1", rating: "" }, () => "f:2");
    const { matrix, badRows } = builder.finish();
    assert.deepEqual([matrix.values.length, badRows], [1, 1]);
  });

  it("must be there", () => assert.throws(() => new RatingsBuilder().finish(), /The input has no ratings/));

  it("grow beyond any first guess", () => {
    const rows = Array.from({ length: 5000 }, (_, index) => ({
      user: index % 70,
      item: index,
      rating: index % 5,
      timestamp: index,
    }));
    assert.equal(ratingsOf(rows).matrix.values.length, 5000);
  });

  it("have ids that do not depend on how a database writes a whole number", () => {
    assert.deepEqual([196, 196n, "196", " 196 ", "196.0", "196.000"].map(idOf), new Array(6).fill("196"));
    assert.deepEqual(["196.5", "a.0", "", null, undefined].map(idOf), ["196.5", "a.0", "", "", ""]);
  });

  it("are numbers in decimal notation", () => {
    assert.deepEqual(["3", " 3.5\r", "-1", ".5", "1e1", 4, 4n].map(numberOf), [3, 3.5, -1, 0.5, 10, 4, 4]);
    for (const none of ["", " ", "0x10", "NaN", "Infinity", "3,5", null, undefined, true]) {
      assert.ok(Number.isNaN(numberOf(none)), String(none));
    }
  });
});
