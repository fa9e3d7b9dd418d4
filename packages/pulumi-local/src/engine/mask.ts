import type { Change } from "./changes.ts";
import type { EngineEvent } from "./events.ts";
import { mapValues, Secret } from "./values.ts";

/** Shorter texts would mask half of every message. The Pulumi CLI draws the same line. */
const shortest = 3;

/** Hides what is known to be secret in what is shown: a program, a provider or the SDK's debug log may print it. */
export class Mask {
  readonly #texts = new Set<string>();
  readonly #ids = new Set<string>();

  /**
   * Notes a resource's id, which is shown wherever the resource is: a secret of the same text, such as the name of a table in
   * a parameter of Systems Manager, hides nothing but where it is used.
   */
  admit(id: string): void {
    this.#ids.add(id);
  }

  /** Notes the texts of every secret within a value. */
  note(value: unknown, secret = false): void {
    if (value instanceof Secret) this.note(value.value, true);
    else if (typeof value === "string") {
      if (secret && value.length >= shortest) this.#texts.add(value);
    } else if (typeof value === "object" && value !== null) {
      for (const item of Object.values(value)) this.note(item, secret);
    }
  }

  hide(event: EngineEvent): EngineEvent {
    if (this.#texts.size === 0) return event;
    if (event.kind === "message") return { ...event, text: this.text(event.text) };
    if (event.kind === "step" && event.status === "failed") {
      return { ...event, error: this.text(event.error ?? "") };
    }
    if (event.kind === "step" && event.status === "done" && event.values) {
      return {
        ...event,
        values: mapValues(event.values, (leaf) => (typeof leaf === "string" ? this.text(leaf) : leaf)) as Change[],
      };
    }
    return event;
  }

  /** A text without the secrets that are known. */
  text(text: string): string {
    let hidden = text;
    for (const secret of this.#texts) if (!this.#ids.has(secret)) hidden = hidden.replaceAll(secret, "[secret]");
    return hidden;
  }
}
