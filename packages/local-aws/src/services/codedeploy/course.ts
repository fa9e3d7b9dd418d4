import { randomUUID } from "node:crypto";
import type { Deployment, LifecycleEvent, Records } from "./records.ts";

type EventName = LifecycleEvent["lifecycleEventName"];

/** One deployment in progress: every change is stored immediately, so that a restart resumes from there. */
export class Course {
  readonly id: string;
  readonly #records: Records;

  constructor(records: Records, id: string) {
    this.#records = records;
    this.id = id;
  }

  get deployment(): Deployment {
    return this.#records.deployments.get(this.id)!;
  }

  update(changes: Partial<Deployment>): void {
    this.#records.deployments.put(this.id, { ...this.deployment, ...changes });
  }

  event(name: EventName): LifecycleEvent {
    return this.deployment.events.find(({ lifecycleEventName }) => lifecycleEventName === name)!;
  }

  updateEvent(name: EventName, changes: Partial<LifecycleEvent>): void {
    const events = this.deployment.events.map((event) =>
      event.lifecycleEventName === name ? { ...event, ...changes } : event,
    );
    this.update({ events });
  }

  /** Steps that have not begun never will. */
  skipRest(): void {
    for (const { lifecycleEventName, status } of this.deployment.events) {
      if (status === "Pending") this.updateEvent(lifecycleEventName, { status: "Skipped" });
    }
  }

  done(name: EventName): boolean {
    return ["Succeeded", "Skipped"].includes(this.event(name).status);
  }
}

export const newDeploymentId = (): string => `d-${randomUUID().replaceAll("-", "").slice(0, 9).toUpperCase()}`;

export const lifecycle = (): LifecycleEvent[] =>
  (["BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"] as const).map((lifecycleEventName) => ({
    lifecycleEventName,
    status: "Pending",
  }));
