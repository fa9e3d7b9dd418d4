let made = 0;

/** A name that no server has had. */
export const fresh = (kind: string): string => `${kind}-${++made}`;
