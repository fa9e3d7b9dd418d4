/** Computes checksums: natively where Node can, otherwise in WebAssembly. */
import { createHash, hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { IHasher } from "hash-wasm";

/** A checksum that is computed piece by piece, natively or in WebAssembly. Its digest is taken once. */
export interface Hasher {
  update(data: Uint8Array): void;
  digest(): Buffer;
}

/** Of Node itself. */
const native = (name: string) => ({
  whole: (data: Uint8Array) => hash(name, data, "buffer"),
  start: (): Hasher => createHash(name),
});

/** Of hash-wasm, which is loaded at first use. */
function wasm(create: (library: typeof import("hash-wasm")) => Promise<IHasher>) {
  /** Instances that are not in use: each has memory of its own. */
  const free: IHasher[] = [];
  const start = async (): Promise<Hasher> => {
    const instance = free.pop() ?? (await create(await import("hash-wasm")));
    instance.init();
    return {
      update: (data) => void instance.update(data),
      digest() {
        const digest = Buffer.from(instance.digest("binary"));
        free.push(instance);
        return digest;
      },
    };
  };
  const whole = async (data: Uint8Array) => {
    const hasher = await start();
    hasher.update(data);
    return hasher.digest();
  };
  return { whole, start };
}

const bytesOf = (crc: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes;
};

interface Kind {
  whole(data: Uint8Array): Buffer | Promise<Buffer>;
  start(): Hasher | Promise<Hasher>;
}

const algorithms = {
  CRC32: {
    whole: (data) => bytesOf(crc32(data)),
    start() {
      let crc = 0;
      return {
        update(data) {
          crc = crc32(data, crc);
        },
        digest: () => bytesOf(crc),
      };
    },
  },
  CRC32C: wasm(({ createCRC32 }) => createCRC32(0x82f63b78)),
  CRC64NVME: wasm(({ createCRC64 }) => createCRC64("9a6c9329ac4bc9b5")),
  SHA1: native("sha1"),
  SHA256: native("sha256"),
  SHA512: native("sha512"),
  MD5: native("md5"),
  XXHASH64: wasm(({ createXXHash64 }) => createXXHash64()),
  XXHASH3: wasm(({ createXXHash3 }) => createXXHash3()),
  XXHASH128: wasm(({ createXXHash128 }) => createXXHash128()),
} satisfies Record<string, Kind>;

export type Algorithm = keyof typeof algorithms;
export const algorithmNames = Object.keys(algorithms) as Algorithm[];

/** To be given piece by piece. */
export const hasher = (algorithm: Algorithm): Hasher | Promise<Hasher> => algorithms[algorithm].start();

/** Of what is there as a whole, in base64. */
export async function checksumOf(algorithm: Algorithm, data: Uint8Array): Promise<string> {
  return (await algorithms[algorithm].whole(data)).toString("base64");
}
