/** What happened at each resource of the map, and just now between them. */
import { useEffect, useState } from "preact/hooks";
import type { StackMap } from "../../../src/map/index.ts";
import type { Activity } from "../../lib/activity.ts";
import { activities, useNews } from "../../lib/events.ts";

export interface NodeTraffic {
  /** Since the start, of the events that are kept. */
  calls: number;
  failed: number;
  /** What happens just now: `good`, `bad` or nothing. */
  tone: string;
}

export interface Traffic {
  of(id: string): NodeTraffic;
  /** `good`, `bad` or nothing. */
  between(from: string, to: string): string;
}

export interface Step {
  at: number;
  from?: string;
  to: string;
  failed: boolean;
  /** Lights the way alone: another event counts what was reached. Default: false. */
  wayOnly?: boolean;
}

/** Milliseconds for which what happens is lit. */
const lit = 2_500;

export function useTraffic(map: StackMap | undefined): Traffic {
  const [, redraw] = useState(0);
  const [last, setLast] = useState(0);
  useNews((news) => {
    if (news.length === 0) return;
    setLast(Date.now());
    redraw((count) => count + 1);
  });
  useEffect(() => {
    const timer = setTimeout(() => redraw((count) => count + 1), lit);
    return () => clearTimeout(timer);
  }, [last]);
  const steps = map ? activities.flatMap((activity) => stepsOf(activity, map)) : [];
  const nodes = new Map<string, NodeTraffic>();
  const ways = new Map<string, string>();
  const now = Date.now();
  for (const { at, from, to, failed, wayOnly } of steps) {
    const tone = now - at < lit ? (failed ? "bad" : "good") : "";
    if (!wayOnly) {
      const before = nodes.get(to) ?? { calls: 0, failed: 0, tone: "" };
      nodes.set(to, {
        calls: before.calls + 1,
        failed: before.failed + (failed ? 1 : 0),
        tone: worse(before.tone, tone),
      });
    }
    if (from !== undefined && tone !== "") ways.set(`${from} ${to}`, worse(ways.get(`${from} ${to}`) ?? "", tone));
  }
  return {
    of: (id) => nodes.get(id) ?? { calls: 0, failed: 0, tone: "" },
    between: (from, to) => ways.get(`${from} ${to}`) ?? "",
  };
}

const worse = (one: string, other: string): string => (one === "bad" ? one : other || one);

/** Where an event happened. */
export function stepsOf(activity: Activity, map: StackMap): Step[] {
  const { at } = activity;
  const known = (arn: string | undefined) => (arn === undefined ? undefined : idOf(arn, map));
  /** Who acts: itself, or as whose role. */
  const actor = (arn: string | undefined) =>
    known(arn) ?? (arn === undefined ? undefined : map.nodes.find(({ role }) => role === arn)?.id);
  const step = (to: string | undefined, from: string | undefined, failed: boolean): Step[] =>
    to === undefined ? [] : [{ at, to, failed, ...(from !== undefined && { from }) }];
  switch (activity.kind) {
    case "request":
      return step(known(activity.api && `api:${activity.api}`), undefined, activity.status >= 500);
    case "invocation":
      return step(known(activity.function), actor(activity.source), activity.outcome !== "success");
    case "throttle":
      return step(known(activity.function), undefined, true);
    case "batch": {
      const failed = activity.outcome === "failed" || activity.outcome === "refused";
      const source = known(activity.source);
      return [
        ...step(source, undefined, failed),
        ...step(known(activity.function), source, failed).map((one) => ({ ...one, wayOnly: true })),
      ];
    }
    case "delivery":
      return [
        ...step(known(activity.source), undefined, activity.message !== undefined),
        // A function tells itself that it was reached.
        ...(activity.target.split(":")[2] === "lambda"
          ? []
          : step(known(activity.target), known(activity.source), activity.message !== undefined)),
      ];
    case "execution":
      return activity.status === "RUNNING"
        ? []
        : step(known(activity.machine), undefined, activity.status !== "SUCCEEDED");
    case "exit":
      return step(known(activity.resource), undefined, activity.code !== 0 || activity.message !== undefined);
    case "denied":
      return step(known(activity.resource), actor(activity.principal), true);
    default:
      return [];
  }
}

/** The node that an ARN means: itself, of a stream its table, of an API's route its API. */
function idOf(arn: string, { nodes }: StackMap): string | undefined {
  const [, api] = /:execute-api:[^:]*:[^:]*:([^/*]+)/.exec(arn) ?? [];
  const wanted = api ? `api:${api}` : arn;
  return nodes.find(({ id }) => wanted === id || (wanted.startsWith(id) && /[:/]/.test(wanted[id.length] ?? "")))?.id;
}
