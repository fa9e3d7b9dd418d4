import { randomBytes } from "node:crypto";
import { AwsError } from "../../service.ts";
import { after, type LongTimer } from "../../timers.ts";
import type { State } from "./definition.ts";
import type { Outcome, Records } from "./records.ts";

interface Waiter {
  resolve(outcome: Outcome): void;
  /** Called at each heartbeat. */
  beat(): void;
  /** Nobody waits any more. */
  cancel(): void;
}

/** Task tokens: drawn when a state reads `$$.Task.Token`, kept until the task has its answer. */
export class Tokens {
  readonly #records: Records;
  readonly #drawn = new Set<string>();
  readonly #waiting = new Map<string, Waiter>();

  constructor(records: Records) {
    this.#records = records;
  }

  draw(): string {
    const token = randomBytes(96).toString("base64");
    this.#drawn.add(token);
    return token;
  }

  /** The token that a task's input holds. */
  drawnIn(input: unknown): string | undefined {
    if (this.#drawn.size === 0) return undefined;
    const found = findString(input, (text) => this.#drawn.has(text));
    if (found) this.#drawn.delete(found);
    return found;
  }

  /** From here on an answer is taken, even before the task waits for it, and over a restart. */
  register(token: string, executionArn: string, key: string): void {
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
    for (const { cancel } of this.#waiting.values()) cancel();
  }

  /** Waits for the answer until the state's timeout, a heartbeat at a time when it asks for them. */
  async wait(token: string, state: State): Promise<Outcome> {
    const known = this.#records.tokens.get(token);
    if (known?.outcome) return known.outcome;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const late = (name: string) => resolve({ error: { name, message: "" } });
    let heartbeat: LongTimer | undefined;
    const beat = () => {
      heartbeat?.cancel();
      if (state.HeartbeatSeconds)
        heartbeat = after(state.HeartbeatSeconds * 1000, () => late("States.HeartbeatTimeout"));
    };
    // A restart does not give it more time.
    const left = (state.TimeoutSeconds ?? 0) * 1000 - (Date.now() - (known?.since ?? Date.now()));
    const timeout = state.TimeoutSeconds ? after(left, () => late("States.Timeout")) : undefined;
    const cancel = () => {
      heartbeat?.cancel();
      timeout?.cancel();
      this.#waiting.delete(token);
    };
    this.#waiting.set(token, { resolve, beat, cancel });
    beat();
    const outcome = await promise;
    cancel();
    // What comes later is told that it is late.
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

function findString(value: unknown, test: (text: string) => boolean): string | undefined {
  if (typeof value === "string") return test(value) ? value : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const item of Object.values(value)) {
    const found = findString(item, test);
    if (found) return found;
  }
  return undefined;
}
