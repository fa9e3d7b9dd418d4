import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud, Principal } from "../service.ts";
import { watchAlarms } from "./alarms.ts";
import { asHalt, Halt } from "./halt.ts";
import { presetConfigs, stepsOf } from "./presets.ts";
import type { Deployment, Group, LifecycleEvent, Records } from "./records.ts";
import { notify } from "./triggers.ts";

/** CodeDeploy waits this long for a hook's report. */
const hookMinutes = 60;
/** Conducts deployments: hooks, the shift step by step, alarms, rollback. */
export class Conductor {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #factor: number;
  readonly #running = new Map<string, { stop: AbortController; ended: Promise<void> }>();
  readonly #reports = new Map<string, (status: string) => void>();
  readonly #closing = new AbortController();

  /** @param factor how much faster than AWS's the clock of deployments runs. */
  constructor(cloud: Cloud, records: Records, factor: number) {
    this.#cloud = cloud;
    this.#records = records;
    this.#factor = factor;
  }

  start(deploymentId: string): void {
    const stop = new AbortController();
    const ended = this.#conduct(deploymentId, stop.signal).finally(() => this.#running.delete(deploymentId));
    this.#running.set(deploymentId, { stop, ended });
  }

  /** Goes on with the deployments that a restart interrupted. */
  resume(): void {
    for (const { deploymentId, status } of this.#records.deployments.values()) {
      if (status === "Created" || status === "InProgress") this.start(deploymentId);
    }
  }

  /** StopDeployment. @returns whether it was under way. */
  stop(deploymentId: string, rollback: boolean): boolean {
    const running = this.#running.get(deploymentId);
    if (!running) return false;
    if (rollback) this.#update(deploymentId, { autoRollbackEnabled: true });
    running.stop.abort();
    return true;
  }

  /** PutLifecycleEventHookExecutionStatus. @returns whether a hook was waiting under that id. */
  report(executionId: string, status: string): boolean {
    const waiting = this.#reports.get(executionId);
    waiting?.(status);
    return waiting !== undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
  }

  async #conduct(id: string, stopped: AbortSignal): Promise<void> {
    const deployment = this.#get(id);
    const group = this.#records.groups.get(`${deployment.applicationName}/${deployment.deploymentGroupName}`);
    try {
      if (!group) throw new Halt("DEPLOYMENT_GROUP_MISSING", "The deployment group does not exist anymore");
      this.#update(id, { status: "InProgress", started: deployment.started ?? Date.now() });
      const role = (await this.#cloud.assumeRole(group.serviceRoleArn, "codedeploy.amazonaws.com", id)).principal;
      await this.#guarded(group, role, stopped, async (signal) => {
        await this.#hook(id, "BeforeAllowTraffic", role, signal);
        await this.#shift(id, role, signal);
        await this.#hook(id, "AfterAllowTraffic", role, signal);
      });
      this.#update(id, { status: "Succeeded", completed: Date.now() });
      await notify(this.#cloud, group, this.#get(id), "DeploymentSuccess");
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      await this.#fail(id, group, asHalt(error as Error));
    }
  }

  /** Runs the work until it is done, a person stops it, or an alarm of the group goes red. */
  async #guarded(
    group: Group,
    role: Principal,
    stopped: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const alarmed = new AbortController();
    const signal = AbortSignal.any([stopped, alarmed.signal, this.#closing.signal]);
    const watching = watchAlarms(this.#cloud, group, role, alarmed, signal);
    try {
      await work(signal);
    } catch (error) {
      if (alarmed.signal.aborted) throw alarmed.signal.reason;
      if (stopped.aborted) throw new Halt("MANUAL_STOP", "The deployment was stopped by a user", "Stopped");
      throw error;
    } finally {
      alarmed.abort();
      await watching;
    }
  }

  async #shift(id: string, role: Principal, signal: AbortSignal): Promise<void> {
    if (this.#done(id, "AllowTraffic")) return;
    const { deploymentConfigName, target } = this.#get(id);
    const config = [...presetConfigs, ...this.#records.configs.values()].find(
      ({ deploymentConfigName: name }) => name === deploymentConfigName,
    );
    if (!config)
      throw new Halt("DEPLOYMENT_CONFIGURATION_MISSING", `There is no configuration ${deploymentConfigName}`);
    this.#event(id, "AllowTraffic", {
      status: "InProgress",
      startTime: this.#eventOf(id, "AllowTraffic").startTime ?? Date.now(),
    });
    const began = this.#eventOf(id, "AllowTraffic").startTime!;
    let due = began;
    try {
      for (const { percent, minutes } of stepsOf(config.trafficRoutingConfig)) {
        await this.#route(role, target, percent);
        this.#update(id, { percent });
        due += this.#ms(minutes);
        // What a restart interrupted is caught up with: a step takes its time once.
        await this.#wait(Math.max(0, due - Date.now()), signal);
      }
    } catch (error) {
      const { message } = error as Error;
      if (!signal.aborted)
        this.#event(id, "AllowTraffic", {
          status: "Failed",
          endTime: Date.now(),
          diagnostics: { errorCode: "UnknownError", message },
        });
      throw error;
    }
    this.#event(id, "AllowTraffic", { status: "Succeeded", endTime: Date.now() });
  }

  #route(
    role: Principal,
    { functionName, alias, currentVersion, targetVersion }: Deployment["target"],
    percent: number,
  ): Promise<unknown> {
    const whole = percent === 100 || percent === 0;
    return this.#cloud.call(
      "lambda",
      "UpdateAlias",
      {
        FunctionName: functionName,
        Name: alias,
        FunctionVersion: percent === 100 ? targetVersion : currentVersion,
        RoutingConfig: { AdditionalVersionWeights: whole ? {} : { [targetVersion]: percent / 100 } },
      },
      role,
    );
  }

  async #hook(
    id: string,
    name: "BeforeAllowTraffic" | "AfterAllowTraffic",
    role: Principal,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#done(id, name)) return;
    const hook = this.#get(id).hooks[name];
    if (!hook) return this.#event(id, name, { status: "Skipped" });
    this.#event(id, name, { status: "InProgress", startTime: Date.now() });
    const executionId = Buffer.from(`${id}/${name}/${randomUUID()}`).toString("base64");
    const reported = new Promise<string>((resolve) => this.#reports.set(executionId, resolve));
    try {
      const Payload = Buffer.from(JSON.stringify({ DeploymentId: id, LifecycleEventHookExecutionId: executionId }));
      await this.#cloud.call("lambda", "Invoke", { FunctionName: hook, InvocationType: "Event", Payload }, role);
      const status = await Promise.race([reported, this.#wait(this.#ms(hookMinutes), signal).then(() => "TimedOut")]);
      if (status !== "Succeeded") {
        const message = status === "TimedOut" ? `${hook} did not report within an hour` : `${hook} reported ${status}`;
        throw new Halt("LAMBDA_HOOK_FAILED", `The lifecycle event hook ${name} failed: ${message}`);
      }
      this.#event(id, name, { status: "Succeeded", endTime: Date.now() });
    } catch (error) {
      const { message } = error as Error;
      if (!this.#closing.signal.aborted) {
        this.#event(id, name, {
          status: "Failed",
          endTime: Date.now(),
          diagnostics: { errorCode: "ScriptFailed", message },
        });
      }
      throw error;
    } finally {
      this.#reports.delete(executionId);
    }
  }

  async #fail(id: string, group: Group | undefined, halt: Halt): Promise<void> {
    const { autoRollbackEnabled, target, percent } = this.#get(id);
    const events = group?.autoRollbackConfiguration?.enabled ? (group.autoRollbackConfiguration.events ?? []) : [];
    const reason =
      halt.code === "ALARM_ACTIVE"
        ? "DEPLOYMENT_STOP_ON_ALARM"
        : halt.code === "MANUAL_STOP"
          ? "DEPLOYMENT_STOP_ON_REQUEST"
          : "DEPLOYMENT_FAILURE";
    const errorInformation = { code: halt.code, message: halt.message };
    for (const event of this.#get(id).events)
      if (event.status === "Pending") this.#event(id, event.lifecycleEventName, { status: "Skipped" });
    const mayRollBack = group !== undefined && (autoRollbackEnabled || events.includes(reason));
    const rollback = mayRollBack ? await this.#rollBack(id, group, target, percent) : undefined;
    this.#update(id, {
      status: halt.status,
      completed: Date.now(),
      errorInformation,
      ...(rollback && { rollbackInfo: { rollbackDeploymentId: rollback, rollbackMessage: halt.message } }),
    });
    if (group)
      await notify(
        this.#cloud,
        group,
        this.#get(id),
        halt.status === "Stopped" ? "DeploymentStop" : "DeploymentFailure",
      );
  }

  /** All traffic back to the old version, as a deployment of its own. */
  async #rollBack(id: string, group: Group, target: Deployment["target"], percent: number): Promise<string> {
    const failed = this.#get(id);
    const deploymentId = newDeploymentId();
    const now = Date.now();
    const back: Deployment = {
      ...failed,
      deploymentId,
      creator: "codeDeployRollback",
      deploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce",
      status: "InProgress",
      created: now,
      started: now,
      autoRollbackEnabled: false,
      rollbackInfo: { rollbackTriggeringDeploymentId: id },
      target: { ...target, currentVersion: target.targetVersion, targetVersion: target.currentVersion },
      hooks: {},
      events: lifecycle(),
      percent: 0,
    };
    this.#records.deployments.put(deploymentId, back);
    try {
      const role = (await this.#cloud.assumeRole(group.serviceRoleArn, "codedeploy.amazonaws.com", deploymentId))
        .principal;
      if (percent > 0) await this.#route(role, target, 0);
      this.#event(deploymentId, "AllowTraffic", { status: "Succeeded", startTime: now, endTime: Date.now() });
      this.#update(deploymentId, { status: "Succeeded", completed: Date.now(), percent: 100 });
    } catch (error) {
      this.#update(deploymentId, {
        status: "Failed",
        completed: Date.now(),
        errorInformation: { code: "INTERNAL_ERROR", message: (error as Error).message },
      });
    }
    return deploymentId;
  }

  #ms(minutes: number): number {
    return (minutes * 60_000) / this.#factor;
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal });
  }

  #get(id: string): Deployment {
    return this.#records.deployments.get(id)!;
  }

  #update(id: string, changes: Partial<Deployment>): void {
    this.#records.deployments.put(id, { ...this.#get(id), ...changes });
  }

  #eventOf(id: string, name: LifecycleEvent["lifecycleEventName"]): LifecycleEvent {
    return this.#get(id).events.find(({ lifecycleEventName }) => lifecycleEventName === name)!;
  }

  #event(id: string, name: LifecycleEvent["lifecycleEventName"], changes: Partial<LifecycleEvent>): void {
    const events = this.#get(id).events.map((event) =>
      event.lifecycleEventName === name ? { ...event, ...changes } : event,
    );
    this.#update(id, { events });
  }

  #done(id: string, name: LifecycleEvent["lifecycleEventName"]): boolean {
    return ["Succeeded", "Skipped"].includes(this.#eventOf(id, name).status);
  }
}

export const newDeploymentId = (): string => `d-${randomUUID().replaceAll("-", "").slice(0, 9).toUpperCase()}`;

export const lifecycle = (): LifecycleEvent[] =>
  (["BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"] as const).map((lifecycleEventName) => ({
    lifecycleEventName,
    status: "Pending",
  }));
