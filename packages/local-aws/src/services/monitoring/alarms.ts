/** Alarms: their states, how they change, and who is notified. */

import { deliver } from "../../delivery/deliver.ts";
import { patiently } from "../../kit/patience.ts";
import { AwsError, type Cloud, servicePrincipal } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { alarmEvent, alarmMessage, compositeReason, lambdaEvent, subject } from "./alarmMessages.ts";
import type { AlarmRecord, HistoryRecord, StateValue } from "./alarmRecords.ts";
import { parseRule } from "./composite.ts";
import { evaluateAlarm, periodOf } from "./evaluation.ts";
import type { Metrics } from "./metrics.ts";

/** Most history entries that are kept for one alarm. */
const maxHistory = 1000;
/** Alarms are evaluated once a minute, those with shorter periods every ten seconds. */
const every = 60;
const everyShort = 10;
const shortestMs = 200;

const speaker = "cloudwatch.amazonaws.com";
const isPolicy = (arn: string): boolean => /^arn:aws[\w-]*:autoscaling:.*:scalingPolicy:/.test(arn);
const actionsOf = (alarm: AlarmRecord): string[] =>
  ({ OK: alarm.okActions, ALARM: alarm.alarmActions, INSUFFICIENT_DATA: alarm.insufficientDataActions })[alarm.state];

export class Alarms {
  readonly #cloud: Cloud;
  readonly #metrics: Metrics;
  readonly #clock: number;
  readonly records: Collection<AlarmRecord>;
  readonly history: Collection<HistoryRecord>;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #running = false;
  #count = 0;

  /** @param clock how much faster than AWS's the clock runs. */
  constructor(cloud: Cloud, metrics: Metrics, clock: number) {
    this.#cloud = cloud;
    this.#metrics = metrics;
    this.#clock = clock;
    this.records = cloud.store.collection("monitoring.alarms");
    this.history = cloud.store.collection("monitoring.history");
  }

  start(): void {
    this.#running = true;
    for (const alarm of this.records.values()) this.#plan(alarm);
  }

  stop(): void {
    this.#running = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** By name or ARN. */
  get(nameOrArn: string): AlarmRecord | undefined {
    return this.records.get(nameOrArn.replace(/^arn:[^:]*:cloudwatch:[^:]*:\d*:alarm:/, ""));
  }

  /** Creates or changes an alarm, and evaluates its state immediately. */
  put(alarm: AlarmRecord): void {
    const before = this.records.get(alarm.name);
    this.records.put(alarm.name, alarm);
    const verb = before ? "updated" : "created";
    this.#remember(alarm, "ConfigurationUpdate", `Alarm "${alarm.name}" ${verb}`, {
      version: "1.0",
      type: before ? "Update" : "Create",
    });
    this.#plan(alarm);
    this.evaluate(alarm.name);
  }

  delete(alarm: AlarmRecord): void {
    this.records.delete(alarm.name);
    clearTimeout(this.#timers.get(alarm.name));
    this.#timers.delete(alarm.name);
    this.#remember(alarm, "ConfigurationUpdate", `Alarm "${alarm.name}" deleted`, { version: "1.0", type: "Delete" });
  }

  /**
   * Gives an alarm the state that its data, or the alarms it watches, call for.
   * @param cause of those that it watches the one that has changed.
   * @param now milliseconds since 1970
   */
  evaluate(name: string, cause?: AlarmRecord, now = Date.now()): void {
    const alarm = this.records.get(name);
    if (!alarm) return;
    if (alarm.kind === "CompositeAlarm") {
      const rule = parseRule(alarm.rule);
      const state = rule.holds((other) => this.get(other)?.state) ? "ALARM" : "OK";
      const watched = rule.alarms.flatMap((other) => this.get(other) ?? []);
      const { reason, data } = compositeReason(alarm, state, cause, cause ? [cause] : watched);
      this.change(alarm, state, reason, JSON.stringify(data));
      return;
    }
    const { state, reason, data } = evaluateAlarm(this.#metrics, alarm, this.#clock, now);
    if (state === undefined) return;
    const reasonData = JSON.stringify(data);
    if (state !== alarm.state) this.change(alarm, state, reason, reasonData);
    else void this.#scaleAgain({ ...alarm, reasonData });
  }

  /** Scaling policies are notified once a minute while the state lasts: the metric changes with the capacity. */
  async #scaleAgain(alarm: AlarmRecord): Promise<void> {
    if (!alarm.actionsEnabled) return;
    for (const arn of actionsOf(alarm).filter(isPolicy)) {
      await this.#act(alarm, alarm, arn).catch((error: Error) => this.#failed(alarm, arn, error));
    }
  }

  /** Changes the state if it differs; then runs the actions and re-evaluates the alarms that watch this one. */
  change(before: AlarmRecord, state: StateValue, reason: string, reasonData?: string): void {
    if (before.state === state) return;
    const now = new Date().toISOString();
    const { reasonData: _, ...rest } = before;
    const alarm: AlarmRecord = {
      ...rest,
      state,
      reason,
      updated: now,
      changed: now,
      ...(reasonData && { reasonData }),
    };
    this.records.put(alarm.name, alarm);
    const told = (one: AlarmRecord) => ({
      stateValue: one.state,
      stateReason: one.reason,
      ...(one.reasonData && { stateReasonData: JSON.parse(one.reasonData) }),
    });
    this.#remember(alarm, "StateUpdate", `Alarm updated from ${before.state} to ${state}`, {
      version: "1.0",
      oldState: told(before),
      newState: told(alarm),
    });
    void this.#tell(alarm, before);
    for (const other of this.records.values()) {
      if (other.kind !== "CompositeAlarm") continue;
      const watches = parseRule(other.rule).alarms.some((named) => this.get(named)?.name === alarm.name);
      if (watches) this.evaluate(other.name, alarm);
    }
  }

  /** EventBridge always, actions only when enabled. */
  async #tell(alarm: AlarmRecord, before: AlarmRecord): Promise<void> {
    const Entries = [alarmEvent(alarm, before)];
    const principal = servicePrincipal(speaker, alarm.arn);
    await patiently(() => this.#cloud.call("events", "PutEvents", { Entries }, principal)).catch((error: Error) =>
      this.#failed(alarm, "events", error),
    );
    if (!alarm.actionsEnabled) return;
    for (const arn of actionsOf(alarm)) {
      try {
        await patiently(() => this.#act(alarm, before, arn));
        this.#remember(alarm, "Action", `Successfully executed action ${arn}`, {
          actionState: "Succeeded",
          notificationResource: arn,
        });
      } catch (error) {
        this.#failed(alarm, arn, error as Error);
      }
    }
  }

  async #act(alarm: AlarmRecord, before: AlarmRecord, arn: string): Promise<void> {
    const { region, accountId } = this.#cloud;
    const service = arn.split(":")[2];
    if (isPolicy(arn)) {
      const { threshold, recentDatapoints = [] } = JSON.parse(alarm.reasonData ?? "{}");
      const breach = { policyArn: arn, alarm: alarm.name, threshold, value: recentDatapoints.at(-1) };
      await this.#cloud.request("application-autoscaling", "AlarmAction", breach, servicePrincipal(speaker, alarm.arn));
      return;
    }
    if (service !== "sns" && service !== "lambda") {
      throw new AwsError("ValidationException", `The local cloud does not model the action ${arn}`);
    }
    const [message, caller] =
      service === "lambda"
        ? [lambdaEvent(alarm, before, accountId, region), "lambda.alarms.cloudwatch.amazonaws.com"]
        : [alarmMessage(alarm, before, accountId, region), speaker];
    const principal = servicePrincipal(caller, alarm.arn);
    await deliver(this.#cloud, { arn, body: JSON.stringify(message), principal, subject: subject(alarm, region) });
  }

  #failed(alarm: AlarmRecord, resource: string, error: Error): void {
    if (!this.#running) return;
    this.#remember(alarm, "Action", `Failed to execute action ${resource}. Received error: "${error.message}"`, {
      actionState: "Failed",
      notificationResource: resource,
      error: error.message,
    });
  }

  #remember({ name: alarm, kind }: AlarmRecord, type: HistoryRecord["type"], summary: string, data: object): void {
    const time = new Date().toISOString();
    this.#count++;
    const key = `${alarm}/${time}/${String(this.#count).padStart(8, "0")}`;
    this.history.put(key, { alarm, kind, type, time, summary, data: JSON.stringify(data) });
    if (this.#count % 100 !== 0) return;
    const keys = this.history.entries(`${alarm}/`).map(([one]) => one);
    for (const old of keys.slice(0, -maxHistory)) this.history.delete(old);
  }

  /** Composite alarms need no timer: they are evaluated when one that they watch changes. */
  #plan(alarm: AlarmRecord): void {
    clearInterval(this.#timers.get(alarm.name));
    if (!this.#running || alarm.kind !== "MetricAlarm") return;
    const seconds = periodOf(alarm) < every ? everyShort : every;
    const pause = Math.max(shortestMs, (seconds * 1000) / this.#clock);
    this.#timers.set(alarm.name, setInterval(() => this.evaluate(alarm.name), pause).unref());
  }
}
