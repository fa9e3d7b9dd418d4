import { writeFileSync } from "node:fs";
import { exercise } from "../../lib/exercise.ts";
import { Failure } from "../../lib/failure.ts";
import type { Part } from "../part.ts";
import { counted, type Deployment, expectNoChanges } from "../session.ts";

export const preview: Part<Deployment> = {
  name: "preview",
  description: "a preview before anything is there",
  judge: "pulumi",
  async run({ pulumi, seconds }) {
    await pulumi.text("stack", "init");
    const outcome = await pulumi.run("preview");
    seconds.set("pulumi preview", outcome.seconds);
    return counted(outcome);
  },
};

export const up: Part<Deployment> = {
  name: "up",
  description: "the first up",
  judge: "pulumi",
  needs: ["bootstrap", "preview"],
  async run({ pulumi, seconds, exportTo }) {
    const outcome = await pulumi.run("up");
    seconds.set("pulumi up", outcome.seconds);
    if (exportTo !== undefined) writeFileSync(exportTo, await pulumi.text("stack", "export"));
    return counted(outcome);
  },
};

export const again: Part<Deployment> = {
  name: "again",
  description: "a second up changes nothing",
  judge: "pulumi",
  needs: ["up"],
  async run({ pulumi, seconds }) {
    const outcome = await pulumi.run("up");
    seconds.set("pulumi up, again", outcome.seconds);
    expectNoChanges("a second up", outcome);
    return counted(outcome);
  },
};

export const policy: Part<Deployment> = {
  name: "policy",
  description: "--policy-pack policy passes; what breaks a rule is refused",
  judge: "pulumi",
  needs: ["up"],
  async run({ pulumi, workspace }) {
    await pulumi.run("preview", "--policy-pack", "policy");
    // The other routes are public still, and no longer said to be.
    workspace.configure({ publicRoutes: ["whodis GET /whodis"] });
    const { violations, errors } = await pulumi.attempt("preview", "--policy-pack", "policy");
    workspace.configure({ publicRoutes: undefined });
    if (violations.length === 0) throw new Failure(`public routes are not refused ${errors.join("\n")}`);
    return `${violations.length} violations refused`;
  },
};

export const refresh: Part<Deployment> = {
  name: "refresh",
  description: "a refresh finds everything as it was left",
  judge: "pulumi",
  needs: ["up"],
  async run({ pulumi }) {
    const outcome = await pulumi.run("refresh");
    expectNoChanges("a refresh", outcome);
    return counted(outcome);
  },
};

export const requests: Part<Deployment> = {
  name: "requests",
  description: "every system answers",
  judge: "pulumi",
  needs: ["up"],
  async run(deployment) {
    const lines: string[] = [];
    const failed = await exercise(await deployment.stack(), (line) => lines.push(line));
    if (failed.length > 0) throw new Failure(lines.join("\n"));
    return `${lines.length} answered`;
  },
};
