/** Binary media types: which bodies are passed on as base64. */
export class BinaryMediaTypes {
  readonly #exact = new Set<string>();
  readonly #ranges: string[] = [];
  readonly #all: boolean;

  /** @param types `image/png`, `image/*`, or all of them. */
  constructor(types: string[]) {
    for (const type of types.map((given) => given.toLowerCase())) {
      if (type.endsWith("/*") && type !== "*/*") this.#ranges.push(type.slice(0, -1));
      else this.#exact.add(type);
    }
    this.#all = this.#exact.has("*/*");
  }

  get none(): boolean {
    return this.#exact.size === 0 && this.#ranges.length === 0;
  }

  /** @param header a `Content-Type`, or an `Accept`, of which the first type counts. */
  matches(header: string | undefined): boolean {
    if (this.#all) return true;
    if (header === undefined || this.none) return false;
    const type = mediaType(header);
    return this.#exact.has(type) || this.#ranges.some((range) => type.startsWith(range));
  }
}

/** `application/json` out of `application/json; charset=utf-8, text/plain`. */
export const mediaType = (header: string): string => (header.split(/[;,]/, 1)[0] as string).trim().toLowerCase();
