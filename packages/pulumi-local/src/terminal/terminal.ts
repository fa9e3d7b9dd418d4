/** Lines for the person who ran `npm start`. */

/** What is written to: a stream. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** How long lines are gathered before they are written: a write for each of a thousand requests would cost as much as one. */
const gatherMs = 20;
const clearLine = "\r\u001b[2K";

/** Writes lines in the order they came in, and below them, on a terminal, one line of what is going on now. */
export class Terminal {
  readonly #screen: Screen;
  #lines = "";
  #status = "";
  #shown = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param screen default: standard output. */
  constructor(screen: Screen = process.stdout) {
    this.#screen = screen;
    process.once("exit", () => this.flush());
  }

  /** Whether {@link status} shows anything. */
  get isLive(): boolean {
    return this.#screen.isTTY === true;
  }

  readonly line = (text: string): void => {
    this.#lines += `${text}\n`;
    this.#timer ??= setTimeout(() => this.flush(), gatherMs);
  };

  /** The line below all others, until it is replaced; empty for none. Without a terminal there is none. */
  status(text: string): void {
    if (!this.isLive) return;
    this.#status = text;
    this.flush();
  }

  /** Writes what is waiting. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const clear = this.#shown ? clearLine : "";
    this.#shown = this.#status !== "";
    const text = `${clear}${this.#lines}${this.#status}`;
    this.#lines = "";
    if (text !== "") this.#screen.write(text);
  }
}
