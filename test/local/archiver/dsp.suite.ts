import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { ArchiveRecord, Deployed } from "./deployed.ts";

const root = resolve(import.meta.dirname, "../../..");

/** `dsp archive` and `dsp approvals`, as a user calls them. */
export function dspSuite(deployed: Deployed): void {
  const dsp = (...args: string[]) =>
    promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/dsp.ts", ...args], {
      cwd: root,
      env: {
        ...process.env,
        LOCAL_STATE_DIR: join(deployed.directory, ".local"),
        NO_COLOR: "1",
        PULUMI_STACK: "local",
      },
    });
  const refused = async (...args: string[]) => {
    const error = await dsp(...args).then(
      () => assert.fail("it was not refused"),
      (failure: { code: number; stderr: string }) => failure,
    );
    assert.ok(!/\n\s+at /.test(error.stderr), error.stderr);
    return `${error.code} ${error.stderr.trim()}`;
  };
  const json = async (...args: string[]) => JSON.parse((await dsp(...args, "--json")).stdout);

  describe("dsp", () => {
    it("starts one or many, by a file or by flags, and lists and shows what became of them", async () => {
      const file = join(deployed.directory, "input.json");
      writeFileSync(file, '{"archive":true,"quality":35}');
      const arns: string[] = await json("archive", "start", "--count", "3", "--file", file);
      assert.equal(new Set(arns).size, 3);
      for (const arn of arns) await deployed.recordOf(arn);
      const { stdout } = await dsp("archive", "list");
      assert.match(stdout, /^\d{4}-\d\d-\d\dT[\d:.]+Z {2}archive +35 {2}Quality_Fail {2}inhuman {2}[\w:.-]+$/m);
      const times = ((await json("archive", "list")) as ArchiveRecord[]).map(({ Timestamp }) => Timestamp);
      assert.deepEqual(times, [...times].sort().reverse());
      const shown = await dsp("archive", "show", arns[0]!.split(":").at(-1)!);
      assert.match(
        shown.stdout,
        /SUCCEEDED[\s\S]*Set Defaults[\s\S]*Gather Info[\s\S]*Bad Granule[\s\S]*Record Result/,
      );
    });

    it("says why an execution failed, in words, and shows a record's fields by name", async () => {
      const file = join(deployed.directory, "wrong.json");
      writeFileSync(file, '{"quality":"high"}');
      const [arn = ""]: string[] = await json("archive", "start", "--file", file);
      const { Id } = await deployed.recordOf(arn);
      const reason = "InvalidInput: quality of the input: allowed is a number from 0 to 100";
      const { stdout: rows } = await dsp("archive", "list");
      const row = rows.split("\n").find((line) => line.includes(Id));
      assert.match(row ?? "", new RegExp(`  Failed +inhuman +${Id} +${reason}$`));
      const { stdout } = await dsp("archive", "show", Id);
      assert.match(stdout, new RegExp(`^Reason +${reason}$`, "m"));
      const fields = [...stdout.matchAll(/^([A-Z]\w+) {2,}/gm)].map(([, field]) => field);
      assert.ok(fields.length > 5 && fields.join() === fields.toSorted().join(), fields.join());
    });

    it("lists what waits, and answers it", async () => {
      const arns: string[] = await json("archive", "start", "--approval", "--count", "3");
      const waiting: { id: string }[] = await json("approvals", "list");
      const ids = arns.map((arn) => arn.split(":").at(-1)!);
      assert.deepEqual(waiting.map(({ id }) => id).sort(), [...ids].sort());
      assert.ok(!JSON.stringify(waiting).includes("oken"));
      await dsp("approvals", "approve", ids[0]!, "--approver", "anna", "--reason", "fine");
      await dsp("approvals", "reject", "--all", "--approver", "ben");
      const records = await Promise.all(arns.map((arn) => deployed.recordOf(arn)));
      assert.deepEqual(
        records.map(({ Approved, Approver }) => [Approved, Approver]),
        [
          [true, "anna"],
          [false, "ben"],
          [false, "ben"],
        ],
      );
      assert.equal(records[0]!.Reason, "fine");
      assert.equal((await dsp("approvals", "list")).stdout.trim(), "Nothing waits for an answer.");
    });

    it("shows mails with their links, and who has not confirmed", async () => {
      const mails: { to: string; links: string[] }[] = await json("mail", "--to", "anna@example.org");
      assert.deepEqual(
        mails.map(({ links }) => links),
        deployed.mails("anna@example.org").map(({ links }) => links),
      );
      assert.ok(mails.some(({ links }) => links.some((link) => link.includes("/approvals/"))));
      const approvers: { approver: string }[] = await json("approvals", "approvers");
      approvers.sort((one, other) => one.approver.localeCompare(other.approver));
      assert.deepEqual(approvers, [
        { approver: "anna@example.org", confirmed: true },
        { approver: "ben@example.org", confirmed: true },
      ]);
    });

    it("uploads files", async () => {
      const file = join(deployed.directory, "a granule.txt");
      writeFileSync(file, "data");
      const [uploaded] = await json("archive", "upload", file);
      assert.deepEqual([uploaded.bucket, uploaded.key], [deployed.outputs.dropBucketName, "a granule.txt"]);
    });

    it("starts one execution for a file that it uploads, whoever is first", async () => {
      const file = join(deployed.directory, "once.txt");
      writeFileSync(file, "data");
      const outcome = await dsp("archive", "upload", file, "--start", "--approval").catch((error) => error);
      const { outputs } = deployed;
      const { cloud } = deployed.platform.local;
      const executions = async () => {
        const input = { stateMachineArn: outputs.archiverStateMachineArn };
        const { executions } = await cloud.call<{ executions: { executionArn: string; name: string }[] }>(
          ...(["states", "ListExecutions", input] as const),
        );
        const inputs = executions.map(({ executionArn }) =>
          cloud.call<{ input: string }>("states", "DescribeExecution", { executionArn }),
        );
        return (await Promise.all(inputs))
          .map(({ input }) => JSON.parse(input))
          .filter((input) => input?.key === "once.txt");
      };
      // EventBridge delivers meanwhile, if it has not.
      await new Promise((late) => setTimeout(late, 1_000));
      const found = await executions();
      assert.equal(found.length, 1);
      if (found[0].approval_needed) await dsp("approvals", "reject", "--all");
      else assert.match(outcome.stderr, /^EventBridge was first: once\.txt is archived without asking/);
    });

    it("does not list a question that is settled elsewhere", async () => {
      const [arn = ""]: string[] = await json("archive", "start", "--approval", "--count", "1");
      const id = arn.split(":").at(-1)!;
      const ids = async () => ((await json("approvals", "list")) as { id: string }[]).map((one) => one.id);
      while (!(await ids()).includes(id));
      await deployed.platform.local.cloud.call("states", "StopExecution", { executionArn: arn });
      assert.ok(!(await ids()).includes(id));
      assert.match(
        await refused("approvals", "approve", id),
        new RegExp(`^1 ${id} is decided already. See: dsp archive show`),
      );
    });

    it("says in one line what is wrong", async () => {
      assert.match(await refused("archive", "start", "--count", "0"), /^1 --count is 0; give a whole number from 1/);
      assert.match(await refused("archive", "start", "--file", "nowhere.json"), /^1 There is no file nowhere.json$/);
      assert.match(await refused("archive", "show", "nobody"), /^1 There is no execution nobody/);
      assert.match(await refused("approvals", "approve", "nobody"), /^1 Nothing waits under nobody/);
      assert.match(await refused("approvals", "reject"), /^1 Say which: dsp approvals reject ID/);
    });

    it("clears the table only when it is told to", async () => {
      assert.match(await refused("archive", "clear"), /^1 Nobody can be asked here/);
      assert.ok((await deployed.records()).length > 0);
      await dsp("archive", "clear", "--yes");
      assert.deepEqual(await deployed.records(), []);
    });
  });
}
