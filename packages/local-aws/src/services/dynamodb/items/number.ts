/**
 * DynamoDB's numbers: decimals of up to 38 significant digits, magnitudes of 1E-130 to 9.99E+125.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
import { invalid } from "../errors.ts";

/** `negative ? -1 : 1` times 0.DIGITS times ten to the `exponent`. Zero has no digits. */
interface Decimal {
  negative: boolean;
  /** Neither the first nor the last is 0. */
  digits: string;
  exponent: number;
}

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
/** Integers that are in their normal form already, and exact as JavaScript's. */
const plain = /^(?:0|-?[1-9]\d{0,14})$/;

/** @throws AwsError `ValidationException` when it is none, or too large, too small or too exact. */
function decimal(text: string): Decimal {
  const match = form.exec(text);
  const [, sign, whole = "", fraction = "", power = "0"] = match ?? [];
  // AWS reads an exponent as a 64-bit integer.
  if (!match || whole.length + fraction.length === 0 || BigInt.asIntN(64, BigInt(power)) !== BigInt(power)) {
    const given = text === "" ? "" : `: ${text}`;
    throw invalid(`The parameter cannot be converted to a numeric value${given}`);
  }
  const all = whole + fraction;
  let first = 0;
  while (first < all.length && all.charCodeAt(first) === 48) first++;
  let end = all.length;
  while (end > first && all.charCodeAt(end - 1) === 48) end--;
  const digits = all.slice(first, end);
  if (digits === "") {
    // A zero has the magnitude that it is written with.
    checked({ negative: false, digits, exponent: Number(power) - fraction.length + 1 });
    return { negative: false, digits, exponent: 0 };
  }
  return checked({ negative: sign === "-", digits, exponent: whole.length - first + Number(power) });
}

function checked(number: Decimal): Decimal {
  if (number.exponent > 126) {
    throw invalid("Number overflow. Attempting to store a number with magnitude larger than supported range");
  }
  if (number.exponent < -129) {
    throw invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range");
  }
  if (number.digits.length > 38) {
    throw invalid("Attempting to store more than 38 significant digits in a Number");
  }
  return number;
}

function textOf({ negative, digits, exponent }: Decimal): string {
  if (digits === "") return "0";
  const sign = negative ? "-" : "";
  if (exponent <= 0) return `${sign}0.${"0".repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return sign + digits + "0".repeat(exponent - digits.length);
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/**
 * The one text that all spellings of a number have: no exponent, no zeros before or behind.
 * @throws AwsError `ValidationException`
 */
export const normalNumber = (text: string): string => (plain.test(text) ? text : textOf(decimal(text)));

/** Below 0, 0 or above it, as `a` is less than, equal to or greater than `b`. */
export function compareNumbers(a: string, b: string): number {
  if (plain.test(a) && plain.test(b)) return Number(a) - Number(b);
  const x = decimal(a);
  const y = decimal(b);
  const sign = (one: Decimal) => (one.digits === "" ? 0 : one.negative ? -1 : 1);
  if (sign(x) !== sign(y)) return sign(x) - sign(y);
  if (sign(x) === 0) return 0;
  const magnitude =
    x.exponent !== y.exponent ? x.exponent - y.exponent : x.digits < y.digits ? -1 : x.digits > y.digits ? 1 : 0;
  return x.negative ? 0 - magnitude : magnitude;
}

/**
 * The exact sum, or the difference with `sign` -1.
 * @throws AwsError `ValidationException` when it has more than 38 digits or is out of range.
 */
export function addNumbers(a: string, b: string, sign: 1 | -1 = 1): string {
  if (plain.test(a) && plain.test(b)) {
    const sum = Number(a) + sign * Number(b);
    if (Number.isSafeInteger(sum)) return String(sum + 0);
  }
  const x = decimal(a);
  const y = decimal(b);
  const scale = Math.min(x.exponent - x.digits.length, y.exponent - y.digits.length);
  const whole = ({ negative, digits, exponent }: Decimal) =>
    BigInt(`${negative ? "-" : ""}${digits || "0"}`) * 10n ** BigInt(exponent - digits.length - scale);
  const sum = whole(x) + BigInt(sign) * whole(y);
  return sum === 0n ? "0" : normalNumber(`${sum}E${scale}`);
}

/**
 * Bytes of a number within an item, as AWS counts them: one, one for two digits on either side of the point, and one for a
 * sign. Zeros before and behind do not count.
 */
export function numberSize(text: string): number {
  const { negative, digits, exponent } = decimal(text);
  const whole = Math.min(Math.max(exponent, 0), digits.length);
  return 1 + Math.ceil(whole / 2) + Math.ceil((digits.length - whole) / 2) + (negative ? 1 : 0);
}

/**
 * Writes a number so that bytes compare as numbers do; what is written tells its own end.
 * @returns the offset behind it.
 */
export function writeNumber(into: Buffer, offset: number, text: string): number {
  const { negative, digits, exponent } = decimal(text);
  if (digits === "") {
    into[offset] = 1;
    return offset + 1;
  }
  const flip = negative ? 0xff : 0;
  let at = offset;
  into[at++] = negative ? 0 : 2;
  into[at++] = (exponent + 129) ^ flip;
  // Two digits a byte, 1 to 100: 0 ends them.
  for (let i = 0; i < digits.length; i += 2) {
    const pair = (digits.charCodeAt(i) - 48) * 10 + (i + 1 < digits.length ? digits.charCodeAt(i + 1) - 48 : 0);
    into[at++] = (pair + 1) ^ flip;
  }
  into[at++] = flip;
  return at;
}
