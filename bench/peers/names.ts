let made = 0;

/** A name that no server has had. */
export const fresh = (kind: string): string => `${kind}-${++made}`;

/** Spreads operations over what is stored. */
export const spread = (n: number, size: number): number => (n * 7919) % size;
