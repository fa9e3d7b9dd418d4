import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { ProjectFolder, type Refused, refused } from "./support/projects.ts";

const run = promisify(execFile);

/** What config.test.ts takes for the words of Pulumi's CLI is what it says. */
describe("Pulumi's own CLI", function () {
  this.timeout(600_000);
  // The one of the npm package, in node_modules, downloads a CLI at its first use.
  const cli = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "pulumi"))
    .find((path) => existsSync(path));
  const home = mkdtempSync(join(tmpdir(), "pulumi-home-"));

  before(async function () {
    if (!cli) return this.skip();
    const folder = new ProjectFolder();
    folder.write({ project: "name: shop\nruntime: nodejs\n" });
    mkdirSync(join(home, "state"));
    await pulumi(["stack", "init", "dev", "--non-interactive"], folder.directory, join(home, "state"));
    folder.close();
  });
  after(() => rmSync(home, { recursive: true }));

  const pulumi = (args: string[], cwd: string, state: string) =>
    run(cli!, args, {
      cwd,
      env: {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${state}`,
        PULUMI_CONFIG_PASSPHRASE: "foo",
        PULUMI_CONFIG_PASSPHRASE_FILE: "",
        PULUMI_HOME: home,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });

  async function refusal(one: Refused): Promise<string> {
    const folder = new ProjectFolder();
    try {
      folder.write(one);
      const state = join(folder.directory, ".state");
      cpSync(join(home, "state"), state, { recursive: true });
      const { stdout } = await pulumi(["preview", "--stack", "dev", "--non-interactive"], folder.directory, state);
      return `accepted: ${stdout}`;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      // The CLI names several in the order of Go's maps, which is another each time.
      const said = stripVTControlCharacters(`${stdout}\n${stderr}`).replace(
        /'[^']+'(?:, '[^']+')+(?= not allowed)/g,
        (names) => names.split(", ").sort().join(", "),
      );
      const [, words = said] = /error: (?:an unhandled error occurred: )?(.*)/s.exec(said) ?? [];
      // What a preview that had begun says after it.
      return folder.words(words.split(/\n\s*(?:pulumi:pulumi:Stack|Diagnostics:)/)[0]!.trim(), one);
    } finally {
      folder.close();
    }
  }

  for (const [subject, cases] of refused()) {
    it(`refuses as config.test.ts says: ${subject}`, async () => {
      const left = cases.values();
      const work = async (): Promise<void> => {
        for (const one of left) {
          const { project, stack, says } = one;
          const expected = new ProjectFolder();
          const words = expected.words(says, one);
          expected.close();
          assert.deepEqual({ project, stack, says: await refusal(one) }, { project, stack, says: words });
        }
      };
      await Promise.all(Array.from({ length: availableParallelism() }, work));
    });
  }
});
