const limits = ["throttleRate=10000", "throttleBurst=5000", "publicThrottleRate=10000", "publicThrottleBurst=5000"];

/** Options of `npm start` where load is what is tried, not how it is turned away: routes take what AWS gives an account. */
export const unthrottled: string[] = limits.flatMap((limit) => ["--config", limit]);
