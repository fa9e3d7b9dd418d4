import { join } from "node:path";
import { Tools } from "../src/containers/tools.ts";

/** The folder of tools that tests use: LOCAL_TOOLS, or the one that `npm run notebooks:install` makes. */
export const toolsFolder = process.env.LOCAL_TOOLS ?? join(import.meta.dirname, "../../../.local/tools");

/** @returns why features that need those programs cannot be tested here; undefined where all of them are. */
export function missing(...programs: string[]): string | undefined {
  const tools = new Tools(toolsFolder);
  const absent = programs.filter((program) => !tools.find(program));
  if (absent.length === 0) return undefined;
  return `    there is no ${absent.join(", no ")} on this machine (\`npm run notebooks:install\`, or LOCAL_TOOLS=FOLDER)`;
}
