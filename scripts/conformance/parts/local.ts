import { Failure } from "../../lib/failure.ts";
import { expectExplained } from "../differences.ts";
import { differencesOf, exportedInputs, localInputs } from "../inputs.ts";
import { previewLocally, startLocally } from "../local.ts";
import type { Part } from "../part.ts";
import type { Session } from "../session.ts";

export const start: Part = {
  name: "start",
  description: "npm start with the same configuration: as many resources, outputs with the same keys",
  judge: "pulumi",
  needs: ["up"],
  async run(session) {
    const { seconds } = session;
    seconds.set("npm run preview:local", await previewLocally(session));
    const first = await startLocally(session, "local");
    seconds.set("npm start", first.seconds);
    seconds.set("npm start, again", (await startLocally(session, "local")).seconds);
    return expectSameKeys(session, first.outputs);
  },
};

export const parity: Part = {
  name: "parity",
  description: "both engines give each resource the same inputs, but for what docs/differences.md explains",
  judge: "pulumi",
  needs: ["canary", "config"],
  async run(session) {
    const local = await startLocally(session, "local-configured");
    await expectSameKeys(session, local.outputs);
    const inputs = exportedInputs(await session.pulumi.text("stack", "export"));
    const found = differencesOf(inputs, localInputs(local.stateDirectory));
    expectExplained("Inputs", found);
    return `${inputs.size} resources, ${found.length} explained differences`;
  },
};

async function expectSameKeys(session: Session, local: Record<string, unknown>): Promise<string> {
  const [left, right] = [(await session.stack()).outputs, local].map((outputs) => Object.keys(outputs).sort());
  const missing = left!.filter((key) => !right!.includes(key));
  const added = right!.filter((key) => !left!.includes(key));
  if (missing.length + added.length > 0) {
    throw new Failure(
      `outputs of the CLI alone: ${missing.join(", ") || "none"}; of npm start alone: ${added.join(", ") || "none"}`,
    );
  }
  return `${left!.length} outputs`;
}
