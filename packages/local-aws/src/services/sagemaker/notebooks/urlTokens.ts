import { createHash, randomBytes } from "node:crypto";

interface Granted {
  notebook: string;
  /** Milliseconds since 1970. */
  expires: number;
  sessionSeconds: number;
}

/** How long a presigned URL may be opened. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedNotebookInstanceUrl.html */
const urlMs = 5 * 60_000;

/**
 * Access to a notebook's pages: opening a presigned URL, once and within five minutes, starts a session. Neither outlives
 * this process, and only their hashes are kept.
 */
export class UrlTokens {
  readonly #urls = new Map<string, Granted>();
  readonly #sessions = new Map<string, Granted>();

  /** @returns the token of a URL. */
  issue(notebook: string, sessionSeconds: number): string {
    this.#sweep();
    const token = randomBytes(32).toString("base64url");
    this.#urls.set(hash(token), { notebook: notebook.toLowerCase(), expires: Date.now() + urlMs, sessionSeconds });
    return token;
  }

  /** @returns a session's secret and its length; undefined for a token that is another notebook's, used or too old. */
  redeem(notebook: string, token: string): { secret: string; seconds: number } | undefined {
    const granted = this.#valid(this.#urls, notebook, token);
    if (!granted) return undefined;
    this.#urls.delete(hash(token));
    const secret = randomBytes(32).toString("base64url");
    const expires = Date.now() + granted.sessionSeconds * 1_000;
    this.#sessions.set(hash(secret), { ...granted, expires });
    return { secret, seconds: granted.sessionSeconds };
  }

  isSession(notebook: string, secret: string): boolean {
    return this.#valid(this.#sessions, notebook, secret) !== undefined;
  }

  /** Ends its sessions, and revokes unused URLs. */
  revoke(notebook: string): void {
    for (const all of [this.#urls, this.#sessions]) {
      for (const [key, granted] of all) if (granted.notebook === notebook.toLowerCase()) all.delete(key);
    }
  }

  #valid(all: Map<string, Granted>, notebook: string, secret: string): Granted | undefined {
    const granted = all.get(hash(secret));
    return granted?.notebook === notebook.toLowerCase() && granted.expires > Date.now() ? granted : undefined;
  }

  #sweep(): void {
    for (const all of [this.#urls, this.#sessions]) {
      for (const [key, { expires }] of all) if (expires <= Date.now()) all.delete(key);
    }
  }
}

const hash = (secret: string): string => createHash("sha256").update(secret).digest("base64");
