/** The results of `npm test` as one file in JUnit's format, which CI systems show: a `testsuite` for each step. */

/** How a step ended. */
export interface StepResult {
  name: string;
  failed: boolean;
  /** What it printed. */
  output: string;
  seconds: number;
  /** What Mocha's reporter `xunit` wrote of it; absent where it ran no tests, or broke off. */
  xunit?: string;
}

/** What XML 1.0 has no place for, as text or as reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is meant
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f]|&#x(?:[0-8BCEF]|1[\dA-F]);/gi;

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => escapes[character] as string);

/** The file's text. A step that failed in another way than by a test is a failed test of its own. */
export function junit(results: StepResult[]): string {
  const suites = results.map(suitesOf).join("\n");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites}\n</testsuites>\n`
    .replace(forbidden, "")
    .replaceAll(` file="${process.cwd()}/`, ' file="');
}

function suitesOf(result: StepResult): string {
  const { failed, xunit = "" } = result;
  const name = escaped(result.name);
  const tests = xunit.trim().endsWith("</testsuite>")
    ? xunit.trim().replace(/^<testsuite name="[^"]*"/, `<testsuite name="${name}"`)
    : "";
  if (tests && (!failed || tests.includes("<failure>"))) return tests;
  const failure = failed ? `<failure>${escaped(result.output)}</failure>` : "";
  const time = result.seconds.toFixed(3);
  const suite = `<testsuite name="${name}" tests="1" failures="${failed ? 1 : 0}" errors="0" skipped="0" time="${time}">
<testcase classname="npm test" name="${name}" time="${time}">${failure}</testcase>
</testsuite>`;
  return tests ? `${tests}\n${suite}` : suite;
}
