import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Failure } from "../../lib/failure.ts";
import type { Part } from "../part.ts";

const suite = join(import.meta.dirname, "../../../test/terraform/run.ts");

/** On a cloud of its own, so that what it leaves is not looked for in the stack's. */
export const terraform: Part = {
  name: "terraform",
  description: "makes, changes, imports and destroys resources of every modelled type by the real Terraform",
  judge: "terraform",
  async run() {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", suite], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "close");
    let said = "";
    for await (const text of child.stdout.setEncoding("utf8")) {
      said += text;
      process.stdout.write(text);
    }
    const [code] = await ended;
    const found = said.trim().split("\n").at(-1)!;
    if (code !== 0) throw new Failure(found);
    return found;
  },
};
