import type { RecordedShare } from "./recordedShares.ts";

/** One test that ran on AWS, and how it ended here. */
interface Verdict {
  /** `tests/aws/services/sqs/test_sqs.py::TestSqs::test_purge` */
  id: string;
  verdict: "equal" | "close" | "differs" | "error" | "missing" | "skipped";
}

/** What the judge of recorded answers leaves in `verdicts.json`. */
export interface Verdicts {
  verdicts: Verdict[];
  /** Answers of 5xx that AWS never gives, and connections that broke: the test's id, and the call. */
  severe: [id: string, call: unknown][];
}

/** A service's tests, counted. */
interface Count {
  good: number;
  implemented: number;
  missing: number;
}

/** By service. */
function count(verdicts: Verdict[]): Map<string, Count> {
  const counts = new Map<string, Count>();
  for (const { id, verdict } of verdicts) {
    if (verdict === "skipped") continue;
    const service = serviceOf(id);
    const of = counts.get(service) ?? { good: 0, implemented: 0, missing: 0 };
    counts.set(service, of);
    if (verdict === "missing") of.missing += 1;
    else of.implemented += 1;
    if (verdict === "equal" || verdict === "close") of.good += 1;
  }
  return counts;
}

const percent = (part: number, of: number) => (of === 0 ? 100 : (100 * part) / of);

/** `1,240 of 1,415 tests of what is implemented come out as on AWS (88 %), 150 need what is not there` */
export function summary({ verdicts }: Verdicts): string {
  const all = [...count(verdicts).values()];
  const sum = (of: keyof Count) => all.reduce((total, one) => total + one[of], 0);
  const [good, implemented, missing] = [sum("good"), sum("implemented"), sum("missing")];
  const shown = (figure: number) => figure.toLocaleString("en");
  const share = Math.floor(percent(good, implemented));
  return `${shown(good)} of ${shown(implemented)} tests of what is implemented come out as on AWS (${share} %), ${shown(missing)} need what is not there`;
}

/**
 * What has become worse than it was, a line each. An answer of 5xx is AWS's own in a test that comes out as there, and a
 * refusal in one that needs what is not there.
 * @param wanted by service; one that it does not name is not held to anything but answers of 5xx.
 */
export function regressions({ verdicts, severe }: Verdicts, wanted: Record<string, RecordedShare>): string[] {
  const counts = count(verdicts);
  const worse = Object.entries(wanted).flatMap(([service, { equal, missing }]) => {
    const of = counts.get(service);
    if (!of) return [`${service}: no test ran`];
    const share = percent(of.good, of.implemented);
    return [
      ...(share < equal ? [`${service}: ${share.toFixed(1)} % come out as on AWS, and ${equal} % did`] : []),
      ...(of.missing > missing ? [`${service}: ${of.missing} tests need what is not there, and ${missing} did`] : []),
    ];
  });
  const ended = new Map(verdicts.map(({ id, verdict }) => [id, verdict]));
  const faults = severe.filter(([id]) => !["equal", "close", "missing"].includes(ended.get(id) ?? ""));
  const unexpected = [...Map.groupBy(faults, ([id]) => serviceOf(id))].flatMap(([service, those]) =>
    those.length > (wanted[service]?.faults ?? 0) ? those : [],
  );
  return [...worse, ...unexpected.map(([id, call]) => `${id}: ${JSON.stringify(call)}`)];
}

const serviceOf = (id: string): string => id.split("/")[3] ?? id;
