import { join } from "node:path";
import { Failure } from "../../lib/failure.ts";
import { resourceOf } from "../events.ts";
import type { Part } from "../part.ts";
import { actingAs } from "../roles.ts";
import { counted, stateBackend } from "../session.ts";

export const pullRequest: Part = {
  name: "pullRequest",
  description: "with state in bootstrap's bucket, its preview role previews a change, and may not apply it",
  judge: "pulumi",
  needs: ["state", "up"],
  async run(session) {
    const { pulumi, bootstrap, workspace, cloud } = session;
    const backend = await stateBackend(session);
    const role = await bootstrap.text("stack", "output", "previewRoleArn");
    const owner = pulumi.as(backend);
    const reviewer = pulumi.as({ ...backend, ...(await actingAs(role, cloud)) });
    const file = join(workspace.folder, "stack.json");
    await pulumi.text("stack", "export", "--file", file);
    await owner.text("stack", "init");
    await owner.text("stack", "import", "--file", file);

    // A machine's new definition is validated in the plan; a refresh reads everything.
    const [before, after] = ["Data Manager Approval", "Data Steward Approval"];
    workspace.edit("components/archiver/stateMachine.ts", (text) => text.replaceAll(before, after));
    const tried = async () => {
      const outcome = await reviewer.run("preview", "--refresh");
      return { outcome, refused: await reviewer.attempt("up") };
    };
    // The parts that follow find the program as it was, whatever comes of this one.
    const { outcome, refused } = await tried().finally(() =>
      workspace.edit("components/archiver/stateMachine.ts", (text) => text.replaceAll(after, before)),
    );

    const changed = outcome.changes.map(({ op, urn }) => `${op} ${resourceOf(urn)}`);
    if (changed.join() !== "update aws:sfn/stateMachine:StateMachine archiver-ArchiverStateMachine") {
      throw new Failure(`a preview of another state machine alone shows ${changed.join(", ") || "no change"}`);
    }
    if (!refused.errors.some((error) => error.includes("AccessDenied"))) {
      throw new Failure(`up with the role of previews is not refused: ${refused.errors.join("\n")}`);
    }
    return counted(outcome);
  },
};
