import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Failure } from "../../lib/failure.ts";
import { describe } from "../events.ts";
import type { Part } from "../part.ts";
import { counted, type Session } from "../session.ts";

/** Types of what holds data, or what data cannot be read without. */
const keeping = /:(Table|Bucket|Queue|Topic|Key|LogGroup|Repository|UserPool|Secret)::/;

export const upgrade: Part = {
  name: "upgrade",
  description: "a preview of the stack that version 0.1 left: nothing that keeps data is replaced or deleted",
  judge: "pulumi",
  async run(session) {
    const pulumi = await recorded(session);
    const outcome = await pulumi.run("preview");
    const lost = outcome.changes.filter(({ op, urn }) => /replace|delete/.test(op) && keeping.test(urn));
    if (lost.length > 0) throw new Failure(`the upgrade loses data:\n${lost.map(describe).join("\n")}`);
    return `${counted(outcome)}; none of what keeps data is replaced or deleted`;
  },
};

/** The CLI on that stack, in a backend of its own: it is called as the one of the other parts. */
async function recorded({ pulumi, workspace }: Session) {
  const backend = join(workspace.folder, "upgrade");
  mkdirSync(backend);
  const file = join(workspace.folder, "v0.1.json");
  writeFileSync(file, gunzipSync(readFileSync(join(workspace.program, "test/fixtures/v0.1/stack.json.gz"))));
  const cli = pulumi.as({ PULUMI_BACKEND_URL: `file://${backend}` });
  await cli.text("stack", "init");
  await cli.text("stack", "import", "--file", file);
  return cli;
}
