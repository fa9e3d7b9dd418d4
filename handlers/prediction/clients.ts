/** Of every client: throttled and failed calls are tried again after a random, growing time, the SDK's standard mode, a little longer. */
export const retrying = { maxAttempts: 6 };
