import { randomBytes } from "node:crypto";
import { AwsError } from "../../service.ts";
import { after, type LongTimer } from "../../timers.ts";
import { Aborted } from "./language/failure.ts";
import type { Outcome, Records } from "./records.ts";

interface Waiter {
  resolve(outcome: Outcome): void;
  /** Called at each heartbeat. */
  beat(): void;
  /** Nobody waits any more. */
  cancel(): void;
}

/** Task tokens: made when a task begins, kept until it has its answer. */
export class Tokens {
  readonly #records: Records;
  /** Of tasks that have not been asked for yet, by their places in the journal. */
  readonly #drawn = new Map<string, string>();
  #closed = false;
  readonly #waiting = new Map<string, Waiter>();

  constructor(records: Records) {
    this.#records = records;
  }

  /** The token of a task, the same over a restart. @param key its place in the journal. */
  of(key: string): string {
    let token = this.#records.tokenByKey.get(key) ?? this.#drawn.get(key);
    if (!token) {
      token = randomBytes(96).toString("base64");
      this.#drawn.set(key, token);
    }
    return token;
  }

  /** From here on an answer is taken, even before the task waits for it, and over a restart. */
  register(token: string, executionArn: string, key: string): void {
    this.#drawn.delete(key);
    this.#records.tokens.put(token, { token, executionArn, key, since: Date.now() });
    this.#records.tokenByKey.put(key, token);
  }

  /** ARN of the machine whose task has the token; of none, where nobody knows it. */
  machineOf(token: string): string | undefined {
    const execution = this.#records.tokens.get(token)?.executionArn;
    return execution?.replace(":execution:", ":stateMachine:").split(":").slice(0, 7).join(":");
  }

  /** The execution has ended: nobody waits for its answers. */
  forget(executionArn: string): void {
    for (const token of this.#records.tokenByKey.values(`${executionArn} `)) this.#waiting.get(token)?.cancel();
  }

  /** Lets go of all timers; the tokens stay, for the next start. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#waiting.values()) cancel();
  }

  /**
   * Waits for the answer, a heartbeat at a time where the task asks for them.
   * @param heartbeat in seconds. @param signal ends it when nobody waits any more.
   */
  async wait(token: string, heartbeat: number | undefined, signal: AbortSignal): Promise<Outcome> {
    const known = this.#records.tokens.get(token);
    if (known?.outcome) return known.outcome;
    const { promise, resolve } = Promise.withResolvers<Outcome | undefined>();
    let timer: LongTimer | undefined;
    const beat = () => {
      timer?.cancel();
      if (heartbeat) timer = after(heartbeat * 1000, () => resolve({ error: { name: "States.Timeout" } }));
    };
    const cancel = () => resolve(undefined);
    signal.addEventListener("abort", cancel, { once: true });
    this.#waiting.set(token, { resolve, beat, cancel });
    beat();
    const outcome = await promise;
    timer?.cancel();
    this.#waiting.delete(token);
    signal.removeEventListener("abort", cancel);
    if (!outcome) {
      // What comes later is told that it is late.
      if (signal.aborted && known && !this.#closed) this.#records.tokens.put(token, { ...known, outcome: {} });
      throw new Aborted();
    }
    if (known) this.#records.tokens.put(token, { ...known, outcome });
    return outcome;
  }

  /** @throws {AwsError} `InvalidToken` or `TaskTimedOut`, as AWS answers. */
  answer(token: string, outcome: Outcome): void {
    const known = this.#records.tokens.get(token);
    if (!/^[A-Za-z0-9+/=]{20,}$/.test(token)) throw new AwsError("InvalidToken", "Invalid token");
    if (!known || known.outcome) {
      throw new AwsError("TaskTimedOut", "Provided task does not exist anymore");
    }
    this.#records.tokens.put(token, { ...known, outcome });
    this.#waiting.get(token)?.resolve(outcome);
  }

  heartbeat(token: string): void {
    const known = this.#records.tokens.get(token);
    if (!known || known.outcome) throw new AwsError("TaskTimedOut", "Provided task does not exist anymore");
    this.#waiting.get(token)?.beat();
  }
}
