/** The few calls of GitHub's REST API that comments and issues need. https://docs.github.com/en/rest */
import { Failure } from "../lib/failure.ts";

/** A comment, or an issue. */
export interface Post {
  id: number;
  /** Of an issue. */
  number?: number;
  body?: string | null;
  user?: { type?: string } | null;
  /** On an issue that is a pull request. */
  pull_request?: object;
}

/** Who asks, about which repository. */
export interface GitHubSettings {
  /** `https://api.github.com` */
  api: string;
  /** `OWNER/NAME` */
  repository: string;
  token: string;
}

/** As every workflow run has them. @throws {Failure} naming what is missing. */
export function settingsFrom(environment: NodeJS.ProcessEnv): GitHubSettings {
  const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN } = environment;
  const given = { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN };
  const missing = Object.entries(given).flatMap(([name, value]) => (value ? [] : [name]));
  if (missing.length > 0) throw new Failure(`${missing.join(", ")} not set: this runs in a workflow on GitHub`);
  return { api: GITHUB_API_URL!, repository: GITHUB_REPOSITORY!, token: GITHUB_TOKEN! };
}

const pageSize = 100;

export class GitHub {
  readonly #settings: GitHubSettings;

  constructor(settings: GitHubSettings) {
    this.#settings = settings;
  }

  /**
   * Puts a comment on a pull request, in place of the one that has the same marker.
   * @param body begins with the marker.
   * @returns whether there was one.
   */
  async comment(pullRequest: number, marker: string, body: string): Promise<"created" | "updated"> {
    const own = await this.#find(`issues/${pullRequest}/comments?`, marker);
    if (own) await this.#ask("PATCH", `issues/comments/${own.id}`, { body });
    else await this.#ask("POST", `issues/${pullRequest}/comments`, { body });
    return own ? "updated" : "created";
  }

  /** Opens an issue, or brings the open one up to date that has the same marker. @param body begins with the marker. */
  async report(marker: string, title: string, body: string): Promise<"created" | "updated"> {
    const open = await this.#openIssue(marker);
    if (open) await this.#ask("PATCH", `issues/${open.number}`, { title, body });
    else await this.#ask("POST", "issues", { title, body });
    return open ? "updated" : "created";
  }

  /** Closes the open issue with that marker, and says why. @returns whether there was one. */
  async settle(marker: string, reason: string): Promise<boolean> {
    const open = await this.#openIssue(marker);
    if (!open) return false;
    await this.#ask("POST", `issues/${open.number}/comments`, { body: reason });
    await this.#ask("PATCH", `issues/${open.number}`, { state: "closed", state_reason: "completed" });
    return true;
  }

  #openIssue(marker: string): Promise<Post | undefined> {
    return this.#find("issues?state=open&", marker);
  }

  /** What a workflow has written itself: anyone may write the marker into a comment. */
  async #find(path: string, marker: string): Promise<Post | undefined> {
    for (let page = 1; ; page++) {
      const posts = (await this.#ask("GET", `${path}per_page=${pageSize}&page=${page}`)) as Post[];
      const own = posts.find(
        ({ body, user, pull_request }) => !pull_request && user?.type === "Bot" && body?.startsWith(marker),
      );
      if (own || posts.length < pageSize) return own;
    }
  }

  /** @throws {Failure} with GitHub's own words. */
  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const { api, repository, token } = this.#settings;
    const answer = await fetch(`${api}/repos/${repository}/${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "x-github-api-version": "2022-11-28",
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Failure(`GitHub answers ${answer.status} to ${method} ${path}: ${messageOf(text)}`);
    return JSON.parse(text);
  }
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.slice(0, 200);
  }
}
