/** Items as DynamoDB writes them, and as one reads them. */

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html */
export interface Value {
  S?: string;
  N?: string;
  B?: Uint8Array;
  BOOL?: boolean;
  NULL?: boolean;
  SS?: string[];
  NS?: string[];
  BS?: Uint8Array[];
  L?: Value[];
  M?: Record<string, Value>;
}
export type Item = Record<string, Value>;

/** An item without its types. */
export const plain = (item: Item): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));

function plainValue({ S, N, B, BOOL, SS, NS, BS, L, M }: Value): unknown {
  if (N !== undefined) return Number(N);
  if (L) return L.map(plainValue);
  if (M) return plain(M);
  if (NS) return NS.map(Number);
  if (B) return `${B.length} bytes`;
  if (BS) return BS.map((one) => `${one.length} bytes`);
  return S ?? BOOL ?? SS ?? null;
}

/** The values of its key, as text. */
export const keyOf = (item: Item, keys: string[]): string =>
  keys.map((key) => String(plainValue(item[key] ?? {}))).join(" · ");
