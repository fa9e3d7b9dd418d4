// Writes numbers into a store for ever and tells its parent of each, until it is killed.
import { Store } from "../../src/store.ts";

const numbers = new Store(process.argv[2]!).collection<number>("numbers");
for (let n = 0; ; n++) {
  numbers.put(String(n).padStart(6, "0"), n);
  await new Promise((resolve) => process.send?.(n, resolve));
}
