/** Map runs: what distributed Maps do. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html */
import type * as sfn from "@aws-sdk/client-sfn";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import type { ChildStatus, MapRun, MapRunSettings, MapRunStart } from "./language/frame.ts";
import { type Execution, pageOf } from "./records.ts";

type Counts = Record<ChildStatus | "pending" | "running" | "total" | "resultsWritten", number>;
const nothing = (): Counts => ({
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  total: 0,
  resultsWritten: 0,
});

interface Kept extends MapRunSettings {
  arn: string;
  executionArn: string;
  machineArn: string;
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";
  /** Milliseconds since 1970. */
  started: number;
  stopped?: number;
  /** How often it went on after its end. */
  redrives?: number;
  redriven?: number;
  items: Counts;
  executions: Counts;
}

export class MapRuns {
  readonly records: Collection<Kept>;

  constructor({ store }: Pick<Cloud, "store">) {
    this.records = store.collection("states.mapRuns");
  }

  begin({ arn: executionArn, machineArn }: Execution, start: MapRunStart, id: string): MapRun {
    const { label, place: _, ...settings } = start;
    const { records } = this;
    const name = `${machineArn.split(":")[6]}/${label ?? id}`;
    const arn = `${machineArn.split(":").slice(0, 5).join(":")}:mapRun:${name}:${id}`;
    const before = records.get(arn);
    const again = before && before.status !== "RUNNING";
    const { started = Date.now(), redrives = 0, redriven } = before ?? {};
    const run: Kept = {
      arn,
      executionArn,
      machineArn: `${machineArn.split(":").slice(0, 7).join(":")}/${label ?? id}`,
      status: "RUNNING",
      started,
      redrives: again ? redrives + 1 : redrives,
      ...(again ? { redriven: Date.now() } : redriven && { redriven }),
      items: nothing(),
      executions: nothing(),
      ...settings,
    };
    records.put(arn, run);
    const change = (apply: (kept: Kept) => void) => {
      // What UpdateMapRun changed meanwhile stays.
      const kept = records.get(arn) ?? run;
      apply(kept);
      records.put(arn, kept);
    };
    return {
      arn,
      redrives: run.redrives ?? 0,
      get settings() {
        return records.get(arn) ?? settings;
      },
      begin: (children) =>
        change((kept) => {
          const total = children.reduce((sum, items) => sum + items, 0);
          Object.assign(kept.items, { total, pending: total });
          Object.assign(kept.executions, { total: children.length, pending: children.length });
        }),
      started: (items) => change((kept) => move(kept, "pending", "running", items)),
      ended: (status, items) => change((kept) => move(kept, "running", status, items)),
      end: (status, written) =>
        change((kept) => {
          Object.assign(kept, { status, stopped: Date.now() });
          kept.items.resultsWritten = kept.executions.resultsWritten = written;
        }),
    };
  }
}

function move({ items, executions }: Kept, from: "pending" | "running", to: keyof Counts, number: number): void {
  items[from] -= number;
  items[to] += number;
  executions[from]--;
  executions[to]++;
}

const date = (value: number | undefined) => (value === undefined ? undefined : new Date(value));

export function mapRunOperations({ records }: MapRuns): Operations<"states"> {
  const on = (action: string, arn = ""): Access[] => [{ action: `states:${action}`, resource: arn }];
  const found = (arn = ""): Kept => {
    const run = records.get(arn);
    if (!run) throw new AwsError("ResourceNotFound", `Resource not found: '${arn}'`);
    return run;
  };
  return {
    DescribeMapRun: {
      access: ({ mapRunArn }: sfn.DescribeMapRunInput) => on("DescribeMapRun", mapRunArn),
      run({ mapRunArn }: sfn.DescribeMapRunInput) {
        const {
          arn,
          executionArn,
          status,
          started,
          stopped,
          items,
          executions,
          machineArn: _,
          redrives: redriveCount = 0,
          redriven,
          ...settings
        } = found(mapRunArn);
        const redrivable = { failuresNotRedrivable: 0, pendingRedrive: 0 };
        return {
          mapRunArn: arn,
          executionArn,
          status,
          startDate: date(started),
          stopDate: date(stopped),
          ...settings,
          itemCounts: { ...items, ...redrivable },
          executionCounts: { ...executions, ...redrivable },
          redriveCount,
          redriveDate: date(redriven),
        };
      },
    },
    ListMapRuns: {
      access: ({ executionArn }: sfn.ListMapRunsInput) => on("ListMapRuns", executionArn),
      run({ executionArn, ...paging }: sfn.ListMapRunsInput) {
        const all = records.values().filter((run) => run.executionArn === executionArn);
        const page = pageOf(all, paging, ({ started, arn }) => [started, arn], true);
        const mapRuns = page.items.map(({ arn, machineArn, started, stopped }) => ({
          executionArn,
          mapRunArn: arn,
          stateMachineArn: machineArn,
          startDate: date(started),
          stopDate: date(stopped),
        }));
        return { mapRuns, ...page.paging };
      },
    },
    UpdateMapRun: {
      access: ({ mapRunArn }: sfn.UpdateMapRunInput) => on("UpdateMapRun", mapRunArn),
      run({ mapRunArn, ...changes }: sfn.UpdateMapRunInput) {
        const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
        records.put(mapRunArn!, { ...found(mapRunArn), ...given });
        return {};
      },
    },
  };
}
