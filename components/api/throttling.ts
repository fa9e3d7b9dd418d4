import type { Input } from "@pulumi/pulumi";
import { integerBetween, type Rule } from "../validation.ts";

/**
 * Requests that a route answers; further ones get 429.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export interface Throttling {
  /**
   * Requests a second in the long run, up to the 10,000 that AWS gives an account and region.
   * @default 1000; of a route that anyone may call 50
   */
  rate?: Input<number>;
  /**
   * Requests at one moment, 0 to the 5,000 that AWS gives an account and region.
   * @default 500; of a route that anyone may call 100
   */
  burst?: Input<number>;
}

export type Limits = Required<Throttling>;

interface Limited {
  /** Whether anyone may call it. */
  open: boolean;
  args: { throttling?: Throttling };
}

/** A tenth of what an account has in a region: no API takes the others' share. */
const authorised: Limits = { rate: 1_000, burst: 500 };
/** Strangers get a fraction of that, since they are not known one from another. */
const open: Limits = { rate: 50, burst: 100 };

/**
 * Limits of an API's methods: those of all, and of each route that has others.
 * @param given the API's own, for routes without limits of their own.
 */
export function limitsOf<Route extends Limited>(
  routes: Route[],
  given: Throttling = {},
): { all: Limits; own: { route: Route; limits: Limits }[] } {
  const each = routes.map((route) => {
    const said = { ...given, ...defined(route.args.throttling) };
    return { route, limits: { ...(route.open ? open : authorised), ...defined(said) } };
  });
  const [first] = each;
  const alike = first && each.every(({ limits }) => isSame(limits, first.limits));
  const all = alike ? first.limits : { ...authorised, ...defined(given) };
  return { all, own: each.filter(({ limits }) => !isSame(limits, all)) };
}

const isSame = (one: Limits, other: Limits): boolean => one.rate === other.rate && one.burst === other.burst;

/** Without what is there, but undefined: it would hide a default. */
const defined = ({ rate, burst }: Throttling = {}): Throttling => ({
  ...(rate !== undefined && { rate }),
  ...(burst !== undefined && { burst }),
});

export const throttlingRules = (field: string, { rate, burst }: Throttling = {}): Rule[] => [
  {
    ok: typeof rate !== "number" || (rate > 0 && rate <= 10_000),
    field: `${field}.rate`,
    value: rate,
    allowed: "a number above 0, up to 10000",
  },
  integerBetween(`${field}.burst`, burst, 0, 5_000),
];
