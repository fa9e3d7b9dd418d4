import assert from "node:assert/strict";
import fc from "fast-check";
import { page } from "../../src/kit/page.ts";
import { AwsError } from "../../src/service.ts";

interface Item {
  name: string;
  rank: number;
}

const keyOf = ({ rank, name }: Item) => [rank, name];
const items = fc.uniqueArray(fc.record({ name: fc.string(), rank: fc.integer({ min: -3, max: 3 }) }), {
  selector: (item) => JSON.stringify(keyOf(item)),
});

describe("pages of a list", () => {
  it("show every item once, in order, however long they are", () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 5 }), fc.boolean(), (all, MaxItems, descending) => {
        const seen: Item[] = [];
        let Marker: string | undefined;
        do {
          const { items, next } = page(all, { Marker, MaxItems }, keyOf, { descending });
          assert.ok(items.length <= MaxItems);
          seen.push(...items);
          Marker = next;
        } while (Marker !== undefined);
        const sorted = [...all].sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
        assert.deepEqual(seen, descending ? sorted.reverse() : sorted);
      }),
    );
  });

  it("skip nothing and repeat nothing when items come and go in between", () => {
    const changes = fc.array(fc.record({ gone: fc.nat({ max: 20 }), come: items }));
    fc.assert(
      fc.property(items, changes, fc.integer({ min: 1, max: 4 }), (first, steps, limit) => {
        let all = first;
        const untouched = new Set(first);
        const seen: Item[] = [];
        let nextToken: string | undefined;
        for (let step = 0; ; step++) {
          const { items, next } = page(all, { nextToken, limit }, keyOf);
          seen.push(...items);
          if (next === undefined) break;
          nextToken = next;
          const { gone = 0, come = [] } = steps[step] ?? {};
          const [removed] = all.slice(gone, gone + 1);
          if (removed) untouched.delete(removed);
          const known = new Set(all.map((item) => JSON.stringify(keyOf(item))));
          all = [
            ...all.filter((item) => item !== removed),
            ...come.filter((one) => !known.has(JSON.stringify(keyOf(one)))),
          ];
        }
        const times = seen.map((item) => JSON.stringify(keyOf(item)));
        assert.equal(new Set(times).size, times.length, "one is shown twice");
        for (const item of untouched) assert.ok(seen.includes(item), `${JSON.stringify(item)} is not shown`);
      }),
    );
  });

  it("are refused in the service's words when the token is none", () => {
    const invalid = () => new AwsError("InvalidMarkerException", "no");
    for (const NextToken of ["", "1", "x", Buffer.from("{}").toString("base64url"), "W251bGxd"]) {
      assert.throws(() => page(["a"], { NextToken }, String), { name: "ValidationException" });
      assert.throws(() => page(["a"], { NextToken }, String, { invalid }), { name: "InvalidMarkerException" });
    }
  });

  it("are no longer than the service allows, and as long as it says unless they are asked for", () => {
    const all = Array.from({ length: 30 }, (_, index) => index);
    const length = (request: object, options: object) => page(all, request, Number, options).items.length;
    assert.equal(length({}, { size: 7 }), 7);
    assert.equal(length({ Limit: 12 }, { size: 7, most: 10 }), 10);
    assert.equal(length({ MaxResults: 0 }, { size: 7 }), 7);
  });
});
