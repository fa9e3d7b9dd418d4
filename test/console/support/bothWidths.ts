/** A journey for a wide and light, then for a narrow and dark screen. */
import { Reader, type Width } from "./opened.ts";

const screens = [
  ["wide", "light"],
  ["narrow", "dark"],
] satisfies [Width, "light" | "dark"][];

export function onBothWidths(title: string, journey: (reader: Reader, width: Width) => Promise<void>): void {
  for (const [width, colours] of screens) {
    it(`${title} (${width})`, async function () {
      const reader = await Reader.open(this, width, colours);
      try {
        await journey(reader, width);
      } finally {
        await reader.page.close();
      }
    });
  }
}
