import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud, Principal } from "../../service.ts";
import { lookAtAlarms, watchAlarms } from "./alarms.ts";
import type { Clock } from "./clock.ts";
import { Course, lifecycle, newDeploymentId } from "./course.ts";
import { asHalt, Halt } from "./halt.ts";
import { Hooks } from "./hooks.ts";
import type { Deployment, Group, Records } from "./records.ts";
import { assumeServiceRole } from "./serviceRole.ts";
import { route, shiftTraffic } from "./traffic.ts";
import { notify } from "./triggers.ts";

const stoppedByUser = () => new Halt("MANUAL_STOP", "The deployment was stopped by a user");

/** Milliseconds that a deployment is `Created`, without targets, before it begins; AWS does not document how long. */
const createdMs = 50;

/** Runs deployments: hooks, the shift step by step, alarms, rollback. */
export class Conductor {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #hooks: Hooks;
  readonly #running = new Map<string, { stop: AbortController; ended: Promise<void> }>();
  readonly #closing = new AbortController();

  constructor(cloud: Cloud, records: Records, clock: Clock) {
    this.#cloud = cloud;
    this.#records = records;
    this.#clock = clock;
    this.#hooks = new Hooks(cloud, clock, this.#closing.signal);
  }

  start(deploymentId: string): void {
    const stop = new AbortController();
    const ended = this.#conduct(new Course(this.#records, deploymentId), stop.signal).finally(() =>
      this.#running.delete(deploymentId),
    );
    this.#running.set(deploymentId, { stop, ended });
  }

  /** Resumes the deployments that a restart interrupted; a rollback resumes with the one that it belongs to. */
  resume(): void {
    for (const { deploymentId, status, creator } of this.#records.deployments.values()) {
      if (creator === "user" && (status === "Created" || status === "InProgress")) this.start(deploymentId);
    }
  }

  /** StopDeployment. @returns whether it was in progress. */
  stop(deploymentId: string, rollback: boolean): boolean {
    const running = this.#running.get(deploymentId);
    if (!running) return false;
    if (rollback) new Course(this.#records, deploymentId).update({ autoRollbackEnabled: true });
    running.stop.abort();
    return true;
  }

  /** PutLifecycleEventHookExecutionStatus. @returns whether a hook was waiting under that id. */
  report(executionId: string, status: string): boolean {
    return this.#hooks.report(executionId, status);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
  }

  async #conduct(course: Course, stopped: AbortSignal): Promise<void> {
    const { applicationName, deploymentGroupName, errorInformation } = course.deployment;
    const group = this.#records.groups.get(`${applicationName}/${deploymentGroupName}`);
    try {
      if (!group) throw new Halt("DEPLOYMENT_GROUP_MISSING", "The deployment group does not exist anymore");
      // It had failed when the process ended: only the rollback is left.
      if (errorInformation) throw new Halt(errorInformation.code, errorInformation.message);
      await this.#begin(course, group, stopped);
      const role = await this.#assumeRole(group, course.id);
      await this.#guarded(group, role, stopped, async (signal) => {
        await this.#hooks.run(course, "BeforeAllowTraffic", role, signal);
        await shiftTraffic({ cloud: this.#cloud, records: this.#records, clock: this.#clock }, course, role, signal);
        await this.#hooks.run(course, "AfterAllowTraffic", role, signal);
      });
      course.update({ status: "Succeeded", completed: Date.now() });
      await notify(this.#cloud, group, course.deployment, "DeploymentSuccess");
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      await this.#fail(course, group, asHalt(error as Error));
    }
  }

  async #begin(course: Course, group: Group, stopped: AbortSignal): Promise<void> {
    if (course.deployment.started) return;
    await sleep(createdMs, undefined, { signal: AbortSignal.any([stopped, this.#closing.signal]) }).catch(() => {
      throw stoppedByUser();
    });
    course.update({ status: "InProgress", started: Date.now() });
    await notify(this.#cloud, group, course.deployment, "DeploymentStart");
  }

  async #assumeRole(group: Group, session: string): Promise<Principal> {
    return (await assumeServiceRole(this.#cloud, group, session)).principal;
  }

  /** Runs the work until it is done, a user stops it, or an alarm of the group goes off. */
  async #guarded(
    group: Group,
    role: Principal,
    stopped: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const look = () => lookAtAlarms(this.#cloud, group, role);
    const red = await look();
    if (red) throw red;
    const alarmed = new AbortController();
    const signal = AbortSignal.any([stopped, alarmed.signal, this.#closing.signal]);
    const watching = watchAlarms(look, this.#clock.pollMs, alarmed, signal);
    try {
      await work(signal);
    } catch (error) {
      if (alarmed.signal.aborted) throw alarmed.signal.reason;
      if (stopped.aborted) throw stoppedByUser();
      throw error;
    } finally {
      alarmed.abort();
      await watching;
    }
  }

  async #fail(course: Course, group: Group | undefined, halt: Halt): Promise<void> {
    course.update({ errorInformation: { code: halt.code, message: halt.message } });
    course.skipRest();
    const { autoRollbackEnabled } = course.deployment;
    const automatic = group?.autoRollbackConfiguration;
    const mayRollBack = autoRollbackEnabled || (automatic?.enabled && automatic.events?.includes(halt.rollbackEvent));
    const rollback = group && mayRollBack ? await this.#rollBack(course, group) : undefined;
    course.update({
      status: halt.status,
      completed: Date.now(),
      ...(rollback && { rollbackInfo: { rollbackDeploymentId: rollback, rollbackMessage: halt.message } }),
    });
    if (!group) return;
    const trigger = halt.status === "Stopped" ? "DeploymentStop" : "DeploymentFailure";
    await notify(this.#cloud, group, course.deployment, trigger);
    if (rollback) await notify(this.#cloud, group, course.deployment, "DeploymentRollback");
  }

  /** All traffic back to the old version, as a deployment of its own. @returns its id. */
  async #rollBack({ id, deployment: failed }: Course, group: Group): Promise<string> {
    const begun = this.#records.deployments
      .values()
      .find(({ rollbackInfo }) => rollbackInfo?.rollbackTriggeringDeploymentId === id);
    const back = new Course(this.#records, begun?.deploymentId ?? newDeploymentId());
    const now = Date.now();
    if (!begun) this.#records.deployments.put(back.id, rollbackOf(failed, back.id, now));
    try {
      if (failed.percent > 0) await route(this.#cloud, await this.#assumeRole(group, back.id), failed.target, 0);
      back.updateEvent("AllowTraffic", { status: "Succeeded", startTime: now, endTime: Date.now() });
      back.update({ status: "Succeeded", completed: Date.now(), percent: 100 });
    } catch (error) {
      const errorInformation = { code: asHalt(error as Error).code, message: (error as Error).message };
      back.update({ status: "Failed", completed: Date.now(), errorInformation });
    }
    back.skipRest();
    return back.id;
  }
}

const rollbackOf = (failed: Deployment, deploymentId: string, now: number): Deployment => {
  const { completed: _completed, errorInformation: _error, description: _description, target, ...rest } = failed;
  return {
    ...rest,
    deploymentId,
    creator: "codeDeployRollback",
    deploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce",
    status: "InProgress",
    created: now,
    started: now,
    autoRollbackEnabled: false,
    rollbackInfo: { rollbackTriggeringDeploymentId: failed.deploymentId },
    target: { ...target, currentVersion: target.targetVersion, targetVersion: target.currentVersion },
    hooks: {},
    events: lifecycle(),
    percent: 0,
  };
};
