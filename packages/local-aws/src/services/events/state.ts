/** Buses and rules, and which rules an event matches. */

import type { Target } from "@aws-sdk/client-eventbridge";
import type { Deliveries } from "../../delivery/deliveries.ts";
import type { BusEvent } from "../../delivery/records.ts";
import { compilePattern, type EventMatcher, PatternError } from "../../eventPattern/pattern.ts";
import { parseSchedule } from "../../schedule/schedule.ts";
import type { Ticker } from "../../schedule/ticker.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { Archives } from "./archives.ts";
import type { BusRecord, RuleRecord } from "./records.ts";
import { readPath, transformed } from "./transform.ts";

export class EventsState {
  readonly cloud: Cloud;
  readonly buses: Collection<BusRecord>;
  /** By bus and name. */
  readonly rules: Collection<RuleRecord>;
  readonly deliveries: Deliveries;
  readonly ticker: Ticker;
  readonly archives: Archives;
  /** Enabled rules with a pattern, compiled, by bus; forgotten at every change of a rule. */
  #compiled = new Map<string, { rule: RuleRecord; matches: EventMatcher }[]>();

  constructor(cloud: Cloud, deliveries: Deliveries, ticker: Ticker) {
    this.cloud = cloud;
    this.buses = cloud.store.collection("events.buses");
    this.rules = cloud.store.collection("events.rules");
    this.deliveries = deliveries;
    this.ticker = ticker;
    this.archives = new Archives(cloud);
    if (!this.buses.has("default")) this.buses.put("default", this.newBus("default"));
  }

  newBus(name: string): BusRecord {
    const now = new Date().toISOString();
    return { name, arn: this.arn(`event-bus/${name}`), created: now, modified: now, statements: [], tags: {} };
  }

  arn(resource: string): string {
    return `arn:aws:events:${this.cloud.region}:${this.cloud.accountId}:${resource}`;
  }

  ruleArn(bus: string, name: string): string {
    return this.arn(`rule/${bus === "default" ? "" : `${bus}/`}${name}`);
  }

  /** @param nameOrArn default: the default bus. @throws AwsError `ResourceNotFoundException` */
  bus(nameOrArn = "default"): BusRecord {
    const name = busName(nameOrArn);
    const bus = this.buses.get(name);
    if (!bus) throw notFound(`Event bus ${name} does not exist.`);
    return bus;
  }

  rule(busNameOrArn: string | undefined, name: string): RuleRecord {
    const bus = this.bus(busNameOrArn);
    const rule = this.rules.get(ruleKey(bus.name, name));
    if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
    return rule;
  }

  rulesOf(bus: string): RuleRecord[] {
    return this.rules.values(`${bus}/`);
  }

  putRule(rule: RuleRecord): void {
    this.rules.put(ruleKey(rule.bus, rule.name), rule);
    this.#compiled.delete(rule.bus);
    this.plan(rule);
  }

  removeRule(rule: RuleRecord): void {
    this.rules.delete(ruleKey(rule.bus, rule.name));
    this.#compiled.delete(rule.bus);
    this.ticker.delete(ruleKey(rule.bus, rule.name));
  }

  /** Schedules or unschedules a rule. */
  plan(rule: RuleRecord): void {
    const key = ruleKey(rule.bus, rule.name);
    if (!rule.schedule || rule.state === "DISABLED") this.ticker.delete(key);
    else this.ticker.set(key, parseSchedule(rule.schedule, { start: Date.parse(rule.created) }));
  }

  /**
   * Hands an event to every target of every rule that it matches, and to the archives of its bus.
   * @param only ARNs of rules, when it is for these alone.
   * @param traceOf header of the trace that an event belongs to.
   */
  async publish(
    bus: string,
    events: BusEvent[],
    only: string[] = [],
    traceOf: (event: BusEvent) => string | undefined = () => undefined,
  ): Promise<void> {
    this.archives.add(this.bus(bus).arn, events);
    const rules = this.#rulesWithPattern(bus).filter(({ rule }) => only.length === 0 || only.includes(rule.arn));
    await this.deliveries.accept(
      events.flatMap((event) =>
        rules
          .filter(({ matches }) => matches(event))
          .flatMap(({ rule }) => toTargets(rule, event))
          .map((delivery) => ({ ...delivery, ...withTrace(traceOf(event)) })),
      ),
    );
  }

  /** Runs a schedule that is due. */
  due(key: string, time: number): void {
    const rule = this.rules.get(key);
    if (!rule || rule.state === "DISABLED") return;
    this.deliveries.add(toTargets(rule, this.scheduledEvent(rule, time)));
  }

  scheduledEvent(rule: RuleRecord, time: number): BusEvent {
    return this.newEvent({
      "detail-type": "Scheduled Event",
      source: "aws.events",
      resources: [rule.arn],
      detail: {},
      time: new Date(time),
    });
  }

  newEvent(given: Pick<BusEvent, "detail-type" | "source" | "resources" | "detail"> & { time: Date }): BusEvent {
    const { region, accountId: account } = this.cloud;
    const time = `${given.time.toISOString().slice(0, 19)}Z`;
    return {
      version: "0",
      id: crypto.randomUUID(),
      "detail-type": given["detail-type"],
      source: given.source,
      account,
      time,
      region,
      resources: given.resources,
      detail: given.detail,
    };
  }

  #rulesWithPattern(bus: string) {
    let found = this.#compiled.get(bus);
    if (!found) {
      found = this.rulesOf(bus)
        .filter(({ pattern, state }) => pattern !== undefined && state !== "DISABLED")
        .map((rule) => ({ rule, matches: compilePattern(rule.pattern as string) }));
      this.#compiled.set(bus, found);
    }
    return found;
  }
}

const toTargets = (rule: RuleRecord, event: BusEvent) =>
  rule.targets.map((target) => ({
    target,
    body: transformed(event, target, rule),
    sourceArn: rule.arn,
    service: "events.amazonaws.com" as const,
    event,
    ...(target.Arn?.split(":")[2] === "kinesis" && { partitionKey: partitionKeyOf(target, event) }),
  }));

/** What the target's path leads to in the event, otherwise the event's id. */
function partitionKeyOf({ KinesisParameters }: Target, event: BusEvent): string {
  const found = KinesisParameters?.PartitionKeyPath && readPath(event, KinesisParameters.PartitionKeyPath);
  return String(found ?? event.id).slice(0, 256) || event.id;
}

const ruleKey = (bus: string, name: string): string => `${bus}/${name}`;

export const busName = (nameOrArn: string): string => nameOrArn.replace(/^arn:[^/]*event-bus\//, "");

export const notFound = (message: string): AwsError => new AwsError("ResourceNotFoundException", message, 400);
export const invalid = (message: string): AwsError => new AwsError("ValidationException", message, 400);

/** @throws AwsError `InvalidEventPatternException` with EventBridge's reason. */
export function checkPattern(pattern: string): EventMatcher {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${error.message}`, 400);
  }
}

const withTrace = (trace: string | undefined) => (trace === undefined ? {} : { trace });
