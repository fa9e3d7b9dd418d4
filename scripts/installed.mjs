// Exits 0 when node_modules holds what package-lock.json names, 1 when something has to be installed. The lock file that
// npm leaves in node_modules says what is there; the folder's mere existence says nothing (an interrupted install).
// Plain JavaScript without dependencies: it runs before any are there, on the machine's own Node.
import { readFileSync } from "node:fs";

const packages = (file) => {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
};

const wanted = packages("package-lock.json");
const present = packages("node_modules/.package-lock.json");
const complete =
  present !== undefined &&
  Object.entries(wanted).every(
    // An optional package may belong to another platform; "" is the project itself.
    ([path, { version, optional }]) =>
      path === "" || present[path]?.version === version || (optional && !present[path]),
  );
process.exit(complete ? 0 : 1);
