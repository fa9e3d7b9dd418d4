import { randomUUID } from "node:crypto";
import type { Cloud, Principal } from "../../service.ts";
import type { Clock } from "./clock.ts";
import type { Course } from "./course.ts";
import { Halt } from "./halt.ts";

/** CodeDeploy waits an hour for a hook's report; a hook runs in real time however fast the clock of deployments is. */
const hookMs = 3_600_000;

/** The functions that are invoked before and after the shift, and their reports. */
export class Hooks {
  readonly #cloud: Cloud;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #waiting = new Map<string, (status: string) => void>();

  constructor(cloud: Cloud, clock: Clock, closing: AbortSignal) {
    this.#cloud = cloud;
    this.#clock = clock;
    this.#closing = closing;
  }

  /** PutLifecycleEventHookExecutionStatus. @returns whether a hook was waiting under that id. */
  report(executionId: string, status: string): boolean {
    const waiting = this.#waiting.get(executionId);
    waiting?.(status);
    return waiting !== undefined;
  }

  /** Invokes the deployment's hook, if it has one, and waits for its report. @throws Halt unless it succeeded. */
  async run(
    course: Course,
    name: "BeforeAllowTraffic" | "AfterAllowTraffic",
    role: Principal,
    signal: AbortSignal,
  ): Promise<void> {
    if (course.done(name)) return;
    const hook = course.deployment.hooks[name];
    if (!hook) return course.updateEvent(name, { status: "Skipped" });
    course.updateEvent(name, { status: "InProgress", startTime: Date.now() });
    try {
      const status = await this.#ask(course.id, name, hook, role, signal);
      if (status !== "Succeeded") {
        const message = status === "TimedOut" ? `${hook} did not report within an hour` : `${hook} reported ${status}`;
        throw new Halt("HOOK_EXECUTION_FAILURE", `The lifecycle event hook ${name} failed: ${message}`);
      }
      course.updateEvent(name, { status: "Succeeded", endTime: Date.now() });
    } catch (error) {
      const message = signal.aborted ? "The deployment was stopped" : (error as Error).message;
      const diagnostics = { errorCode: "ScriptFailed" as const, message };
      // A hook interrupted by the end of the process is invoked again by the next one.
      if (!this.#closing.aborted) course.updateEvent(name, { status: "Failed", endTime: Date.now(), diagnostics });
      throw error;
    }
  }

  async #ask(id: string, name: string, hook: string, role: Principal, signal: AbortSignal): Promise<string> {
    const executionId = Buffer.from(`${id}/${name}/${randomUUID()}`).toString("base64");
    const reported = new Promise<string>((resolve) => this.#waiting.set(executionId, resolve));
    const over = new AbortController();
    try {
      const Payload = Buffer.from(JSON.stringify({ DeploymentId: id, LifecycleEventHookExecutionId: executionId }));
      await this.#cloud.call("lambda", "Invoke", { FunctionName: hook, InvocationType: "Event", Payload }, role);
      const late = this.#clock.time.sleep(hookMs, AbortSignal.any([signal, over.signal]));
      return await Promise.race([reported, late.then(() => "TimedOut")]);
    } finally {
      this.#waiting.delete(executionId);
      over.abort();
    }
  }
}
