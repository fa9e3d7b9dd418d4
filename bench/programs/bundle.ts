import type { FileAsset } from "@pulumi/pulumi/asset";
import { bundle } from "../../components/function/bundle.ts";

/** Bundles a handler as the program does, and prints where it is. Run by `bench/benchmarks/bundle.ts`. */
async function main(): Promise<void> {
  const assets = await (await bundle(process.argv[2]!)).assets;
  console.log(await (assets["index.mjs"] as FileAsset).path);
}

void main();
