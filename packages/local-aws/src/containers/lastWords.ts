/** What a program said last, to explain its end in one line. */

/** Lines that explain nothing: blanks, frames of a stack, and what Node.js itself ends with. */
const isNoise = (line: string): boolean => /^\s*$|^\s+(at |File "|\^|\.\.\. \d+ more)|^Node\.js v\d/.test(line);
/** An exception, as Node.js, Python and Java print one. */
const isError = (line: string): boolean =>
  /^(Uncaught |Exception in thread "[^"]*" )?[\w.$]*(Error|Exception|Interrupt|SystemExit)\b/.test(line);

/** How many lines are kept: an exception may have text below it. */
const kept = 20;

export class LastWords {
  readonly #lines: string[] = [];

  hear(line: string): void {
    if (isNoise(line)) return;
    this.#lines.push(line.trim());
    if (this.#lines.length > kept) this.#lines.shift();
  }

  /** The last exception, else the last line; of a line in JSON its `message`. Undefined where nothing was said. */
  get line(): string | undefined {
    const said = this.#lines.findLast(isError) ?? this.#lines.at(-1);
    return said?.startsWith("{") ? messageOf(said) : said;
  }
}

function messageOf(line: string): string {
  try {
    const { message } = JSON.parse(line) as { message?: unknown };
    return typeof message === "string" ? message : line;
  } catch {
    return line;
  }
}
