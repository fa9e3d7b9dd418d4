import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addNumbers,
  compareNumbers,
  normalNumber,
  numberSize,
  writeNumber,
} from "../../../../src/services/dynamodb/items/number.ts";

/** A number as integer digits and a power of ten, which BigInt can compare and add. */
const exact = fc.record({
  digits: fc.oneof(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.bigInt({ min: -99n, max: 99n })),
  power: fc.integer({ min: -129, max: 87 }),
});
type Exact = { digits: bigint; power: number };

const scaled = ({ digits, power }: Exact): bigint => digits * 10n ** BigInt(power + 130);

/** One of its many spellings. */
function spelled({ digits, power }: Exact, spelling: number): string {
  if (spelling === 0) return `${digits}E${power}`;
  if (spelling === 1) return `${digits}0e${power - 1}`;
  const [sign, text] = digits < 0n ? ["-", String(-digits)] : [digits > 0n ? "+" : "", String(digits)];
  return `${sign}00.${text}E${power + text.length}`;
}

const bytes = (text: string) => {
  const buffer = Buffer.alloc(64);
  return buffer.subarray(0, writeNumber(buffer, 0, text));
};
const sign = (value: number | bigint) => (value > 0 ? 1 : value < 0 ? -1 : 0);

describe("numbers of DynamoDB", () => {
  it("sort as bytes as they do as numbers, however they are spelled", () => {
    fc.assert(
      fc.property(exact, exact, fc.nat(2), fc.nat(2), (a, b, first, second) => {
        const [x, y] = [spelled(a, first), spelled(b, second)];
        const expected = sign(scaled(a) - scaled(b));
        assert.equal(sign(Buffer.compare(bytes(x), bytes(y))), expected, `${x} ${y}`);
        assert.equal(sign(compareNumbers(x, y)), expected, `${x} ${y}`);
      }),
    );
  });

  it("tell as bytes where they end", () => {
    fc.assert(
      fc.property(exact, exact, (a, b) => {
        const [x, y] = [bytes(spelled(a, 0)), bytes(spelled(b, 0))];
        if (scaled(a) !== scaled(b)) assert.ok(!y.subarray(0, x.length).equals(x));
      }),
    );
  });

  it("have one normal form, without an exponent and without zeros around", () => {
    fc.assert(
      fc.property(exact, fc.nat(2), (number, spelling) => {
        const normal = normalNumber(spelled(number, spelling));
        assert.match(normal, /^(0|-?([1-9]\d*|(0|[1-9]\d*)\.\d*[1-9]))$/);
        assert.equal(normal, normalNumber(normal));
        assert.equal(compareNumbers(normal, spelled(number, 0)), 0);
      }),
    );
    assert.equal(normalNumber("-0.00"), "0");
    assert.equal(normalNumber("1e3"), "1000");
    assert.equal(normalNumber(".50"), "0.5");
  });

  it("add up exactly, or are refused", () => {
    fc.assert(
      fc.property(exact, exact, fc.constantFrom(1 as const, -1 as const), (a, b, direction) => {
        const sum = scaled(a) + BigInt(direction) * scaled(b);
        let given: string;
        try {
          given = addNumbers(spelled(a, 0), spelled(b, 0), direction);
        } catch (error) {
          assert.match((error as Error).message, /38 significant digits|overflow/);
          return;
        }
        assert.equal(compareNumbers(given, `${sum}E-130`), 0);
      }),
    );
    assert.equal(addNumbers("0.1", "0.2"), "0.3");
    assert.equal(addNumbers("5", "5", -1), "0");
  });

  // Figures that AWS's limit of an item's size shows.
  it("take a byte for two digits on either side of the point, one for a sign, and one", () => {
    const sizes = {
      "0": 1,
      "7": 2,
      "12": 2,
      "123": 3,
      "1000": 2,
      "1E125": 2,
      "3.14159": 5,
      "123456": 4,
      "-1.5": 4,
      "0.001": 2,
    };
    for (const [text, size] of Object.entries(sizes)) assert.equal(numberSize(text), size, text);
  });

  it("are refused out of range, and what is none", () => {
    const refused = (text: string, message: RegExp) => assert.throws(() => normalNumber(text), message, text);
    refused("1e126", /Number overflow/);
    refused("-1e126", /Number overflow/);
    refused("1e-131", /Number underflow/);
    refused("0e126", /Number overflow/);
    refused("0e-131", /Number underflow/);
    refused("1e99999999999", /Number overflow/);
    refused("1e9223372036854775808", /cannot be converted to a numeric value/);
    refused("1".repeat(39), /more than 38 significant digits/);
    for (const text of ["", "x", "1x", " 1", "0x10", "NaN", "Infinity", ".", "e1", "1e"]) {
      refused(text, /cannot be converted to a numeric value/);
    }
    assert.equal(normalNumber(`${"9".repeat(38)}e88`).length, 126);
    assert.equal(normalNumber("1e-130"), `0.${"0".repeat(129)}1`);
  });
});
