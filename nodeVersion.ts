/**
 * Stops on a Node.js that the program is not written for: the CLI takes whatever `node` is first on PATH. Imported before
 * anything that an older one does not know.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";

/** Major version, as in `engines` of package.json. */
const needed = 24;

/** Where `npm ci` puts the project's own, on Linux. */
const own = join(__dirname, "node_modules", `node-linux-${process.arch}`, "bin");

if (Number(process.versions.node.split(".")[0]) < needed) {
  const fix = existsSync(own) ? `export PATH="${own}:$PATH"` : "https://nodejs.org/en/download";
  throw new RunError(
    `This program needs Node.js ${needed} or newer; the Pulumi CLI found ${process.versions.node} (${process.execPath}). ` +
      `Put a newer one first on PATH: ${fix}`,
  );
}
