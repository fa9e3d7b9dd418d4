/**
 * Token buckets: requests per second in the long run (`rateLimit`), and at one moment (`burstLimit`).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
interface Bucket {
  tokens: number;
  filledAt: number;
}

export class Throttle {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  /** @param now milliseconds, for tests. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes a token from that bucket. A limit of -1, or none, lets everything through. @returns whether there was one. */
  take(key: string, rateLimit: number | undefined, burstLimit: number | undefined): boolean {
    if (rateLimit === undefined || burstLimit === undefined || rateLimit < 0 || burstLimit < 0) return true;
    const now = this.#now();
    const bucket = this.#buckets.get(key);
    if (!bucket) {
      this.#buckets.set(key, { tokens: burstLimit - 1, filledAt: now });
      return burstLimit >= 1;
    }
    bucket.tokens = Math.min(burstLimit, bucket.tokens + ((now - bucket.filledAt) / 1000) * rateLimit);
    bucket.filledAt = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
