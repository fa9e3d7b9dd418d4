/** A hook of a gradual deployment, in Python. */
import assert from "node:assert/strict";
import type { PythonSystems } from "./lab.ts";

export const trafficHook = (lab: PythonSystems) =>
  describe("a traffic hook", () => {
    const version = async () => ((await (await fetch(lab.outputs.greetingUrl)).json()) as { version: string }).version;

    it("lets a version have its traffic that answers as it has to, and no other", async () => {
      await lab.up({ version: "v2", expected: "v2" });
      assert.equal(await version(), "v2");
      await assert.rejects(lab.up({ version: "v3", expected: "v4" }), /it says that it is version v3; v4 is deployed/);
      assert.equal(await version(), "v2");
      await lab.up({ version: "v4", expected: "v4" });
      assert.equal(await version(), "v4");
    });
  });
