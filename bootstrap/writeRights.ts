/** `npm run rights:document`, in the root of the repository. */
import { writeFileSync } from "node:fs";
import { rightsDocument } from "./rights.ts";

writeFileSync("docs/deploy-rights.md", rightsDocument());
