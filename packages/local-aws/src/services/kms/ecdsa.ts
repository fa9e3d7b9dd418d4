/** ECDSA over digests, for the curves of KMS. Node.js computes digests itself and takes none. Not in constant time. */
import { type KeyObject, randomBytes } from "node:crypto";

interface Curve {
  p: bigint;
  a: bigint;
  n: bigint;
  g: Point;
}
interface Point {
  x: bigint;
  y: bigint;
}

const nist = (p: string, n: string, x: string, y: string): Curve => {
  const prime = BigInt(`0x${p}`);
  return { p: prime, a: prime - 3n, n: BigInt(`0x${n}`), g: { x: BigInt(`0x${x}`), y: BigInt(`0x${y}`) } };
};

/** By the name that JSON Web Keys have for it. https://www.secg.org/sec2-v2.pdf */
const curves: Record<string, Curve> = {
  "P-256": nist(
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  ),
  "P-384": nist(
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
  ),
  "P-521": nist(
    `01ff${"f".repeat(128)}`,
    `01${"f".repeat(64)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`,
    "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
  ),
  secp256k1: {
    ...nist(
      "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
      "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
      "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    ),
    a: 0n,
  },
};

const mod = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;

function inverse(value: bigint, modulus: bigint): bigint {
  let [r, next, s, following] = [mod(value, modulus), modulus, 1n, 0n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [s, following] = [following, s - quotient * following];
  }
  return mod(s, modulus);
}

/** With a common denominator, so that one division is enough: x is X/Z², y is Y/Z³. The point at infinity has Z = 0. */
type Projective = [x: bigint, y: bigint, z: bigint];

function double({ p, a }: Curve, [x, y, z]: Projective): Projective {
  if (z === 0n || y === 0n) return [1n, 1n, 0n];
  const yy = (y * y) % p;
  const s = (4n * x * yy) % p;
  const zz = (z * z) % p;
  const m = (3n * x * x + a * zz * zz) % p;
  const x3 = mod(m * m - 2n * s, p);
  return [x3, mod(m * (s - x3) - 8n * yy * yy, p), (2n * y * z) % p];
}

function add(curve: Curve, one: Projective, other: Projective): Projective {
  const { p } = curve;
  const [x1, y1, z1] = one;
  const [x2, y2, z2] = other;
  if (z1 === 0n) return other;
  if (z2 === 0n) return one;
  const [zz1, zz2] = [(z1 * z1) % p, (z2 * z2) % p];
  const u1 = (x1 * zz2) % p;
  const s1 = (y1 * zz2 * z2) % p;
  const h = mod(x2 * zz1 - u1, p);
  const r = mod(y2 * zz1 * z1 - s1, p);
  if (h === 0n) return r === 0n ? double(curve, one) : [1n, 1n, 0n];
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (u1 * hh) % p;
  const x3 = mod(r * r - hhh - 2n * v, p);
  return [x3, mod(r * (v - x3) - s1 * hhh, p), (h * z1 * z2) % p];
}

function multiply(curve: Curve, factor: bigint, { x, y }: Point): Projective {
  let sum: Projective = [1n, 1n, 0n];
  let doubled: Projective = [x, y, 1n];
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(curve, sum, doubled);
    doubled = double(curve, doubled);
  }
  return sum;
}

/** The first coordinate; 0 at infinity. */
const firstOf = ({ p }: Curve, [x, , z]: Projective): bigint => (z === 0n ? 0n : mod(x * inverse(z * z, p), p));

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
const sizeOf = (value: bigint): number => value.toString(2).length;

/** The leftmost bits of a digest, as many as the curve's order has. */
function messageOf(digest: Uint8Array, { n }: Curve): bigint {
  const extra = digest.length * 8 - sizeOf(n);
  return extra > 0 ? numberOf(digest) >> BigInt(extra) : numberOf(digest);
}

/** A key's curve and numbers, as JSON Web Keys have them. */
function parts(key: KeyObject) {
  const { crv = "", d = "", x = "", y = "" } = key.export({ format: "jwk" });
  const read = (text: string) => numberOf(Buffer.from(text, "base64url"));
  return { curve: curves[crv] as Curve, d: read(d), q: { x: read(x), y: read(y) } };
}

function randomBelow(n: bigint): bigint {
  // Eight bytes more than needed: no value is likelier than another by more than 2^-64.
  return (numberOf(randomBytes(Math.ceil(sizeOf(n) / 8) + 8)) % (n - 1n)) + 1n;
}

/** @returns a signature in DER. */
export function signEcdsa(key: KeyObject, digest: Uint8Array): Buffer {
  const { curve, d } = parts(key);
  const { n, g } = curve;
  for (;;) {
    const k = randomBelow(n);
    const r = mod(firstOf(curve, multiply(curve, k, g)), n);
    const s = mod(inverse(k, n) * (messageOf(digest, curve) + r * d), n);
    if (r !== 0n && s !== 0n) return sequence([r, s]);
  }
}

export function verifyEcdsa(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const { curve, q } = parts(key);
  const { n, g } = curve;
  const [r, s] = readSequence(Buffer.from(signature)) ?? [0n, 0n];
  if (r <= 0n || r >= n || s <= 0n || s >= n) return false;
  const w = inverse(s, n);
  const sum = add(curve, multiply(curve, mod(messageOf(digest, curve) * w, n), g), multiply(curve, mod(r * w, n), q));
  return mod(firstOf(curve, sum), n) === r;
}

/** Two integers in DER. */
function sequence(values: bigint[]): Buffer {
  const body = Buffer.concat(
    values.map((value) => {
      const hex = value.toString(16);
      const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
      const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
      return Buffer.concat([Buffer.from([2, positive.length]), positive]);
    }),
  );
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length];
  return Buffer.concat([Buffer.from([0x30, ...length]), body]);
}

function readSequence(bytes: Buffer): [bigint, bigint] | undefined {
  const start = bytes[1] === 0x81 ? 3 : 2;
  const first = bytes[start + 1] ?? 0;
  const second = bytes[start + 3 + first] ?? 0;
  const end = start + 4 + first + second;
  if (bytes[0] !== 0x30 || bytes[start] !== 2 || bytes[start + 2 + first] !== 2 || end !== bytes.length)
    return undefined;
  return [numberOf(bytes.subarray(start + 2, start + 2 + first)), numberOf(bytes.subarray(start + 4 + first, end))];
}
