import assert from "node:assert/strict";
import { installerProblem } from "../../../../components/function/python/installerProblem.ts";

describe("what pip and uv say", () => {
  const wheel = "a version with a wheel for Python 3.13 on Linux of arm64";
  const unknown = `${wheel}: see its name and its files on the package index, and pin another version or replace it`;
  const none = "what a package index serves: none can be reached";
  const any = "what pip or uv can install";
  const notFound = (name: string, versions: string) =>
    `ERROR: Could not find a version that satisfies the requirement ${name} (from versions: ${versions})\n` +
    `ERROR: No matching distribution found for ${name}\n`;
  const retrying =
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError': /simple/pandas/\n";
  const clone = [
    "  error: subprocess-exited-with-error",
    "  × git clone --quiet https://git.example/x /tmp/x did not run successfully.",
    "      fatal: unable to access 'https://git.example/x/': Could not resolve host: git.example",
    "note: This error originates from a subprocess, and is likely not a problem with pip.",
  ];
  const solution = (cause: string) => `error: No solution found when resolving dependencies\n  cause: ${cause}\n`;

  const cases: [string, string, string, string][] = [
    [
      "versions that have wheels",
      `ERROR: Ignored the following yanked versions: 2.4.0\n${notFound("numpy<2", "2.1.0, 2.2.0, 2.3.0rc1, 2.3.0, 2.4.1")}`,
      "numpy<2",
      `${wheel}: the newest are 2.2.0, 2.3.0, 2.4.1`,
    ],
    ["a package that is not there, or has no wheel", notFound("pandsa", "none"), "pandsa", unknown],
    [
      "what another package requires",
      notFound("numpy<2", "2.1.0").replace("numpy<2 (", "numpy<2 (from science) ("),
      "numpy<2",
      `${wheel}: the newest are 2.1.0`,
    ],
    ["an index that cannot be reached, by pip", retrying + notFound("pandas", "none"), "", none],
    [
      "an index that answers at last",
      retrying + notFound("pandas==9", "3.0"),
      "pandas==9",
      `${wheel}: the newest are 3.0`,
    ],
    [
      "an index that cannot be reached, by uv",
      "error: Request failed after 3 retries in 7.7s\n  cause: Failed to fetch: http://x/\n  cause: tcp connect error\n  cause: Connection refused",
      "",
      none,
    ],
    [
      "a repository that cannot be reached",
      clone.join("\n"),
      "unable to access 'https://git.example/x/': Could not resolve host: git.example",
      any,
    ],
    [
      "packages that exclude each other",
      "ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit https://pip.pypa.io",
      "Cannot install a==1 and b==2 because these package versions have conflicting dependencies.",
      any,
    ],
    [
      "uv's conflict",
      solution("Because you require a==1 and a==2, we can conclude that your requirements are unsatisfiable."),
      "Because you require a==1 and a==2, we can conclude that your requirements are unsatisfiable.",
      any,
    ],
    ["uv's missing wheel", solution("Because a==1.0.0 has no usable wheels and you require a"), "a==1.0.0", unknown],
    ["uv's missing version", solution("Because there is no version of a==9 and you require a==9"), "a==9", unknown],
    [
      "uv's missing package",
      solution("Because a-b was not found in the package registry and you require a-b"),
      "a-b",
      unknown,
    ],
    ["anything else", "\u001b[31mfailed\u001b[0m\nin two lines", "failed", any],
  ];
  for (const [what, output, value, allowed] of cases) {
    it(`is told as ${what}`, () => {
      const { rule } = installerProblem(output, { shown: "requirements.txt", version: "3.13" });
      assert.deepEqual(rule, {
        ok: false,
        field: "requirements",
        value: value ? `requirements.txt: ${value}` : "requirements.txt",
        allowed,
      });
    });
  }
});
