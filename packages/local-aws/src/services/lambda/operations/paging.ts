/** Lists in pages: `Marker` is the key of the first item of the next one. */
import { checkRange, invalidParameter } from "../errors.ts";

export interface Page {
  Marker?: string;
  MaxItems?: number;
}

/** @param most that a page holds at most; AWS's own limit for that list. */
export function page<T>(items: T[], { Marker, MaxItems }: Page, most = 50): { items: T[]; NextMarker?: string } {
  checkRange(MaxItems, "maxItems", 1, 10_000);
  const from = Marker === undefined ? 0 : Number(Buffer.from(Marker, "base64url").toString());
  if (!Number.isInteger(from) || from < 0) throw invalidParameter("The Marker is not one that this list gave.");
  const to = from + Math.min(MaxItems ?? most, most);
  return {
    items: items.slice(from, to),
    ...(to < items.length && { NextMarker: Buffer.from(String(to)).toString("base64url") }),
  };
}
