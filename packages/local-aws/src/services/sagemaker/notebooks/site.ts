/** The pages of notebooks: JupyterLab, behind a session that a presigned URL gives. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { foreignPage } from "../../../front/door.ts";
import type { Site } from "../../../http/raw.ts";
import { type Page, show } from "../../../kit/htmlPage.ts";
import type { JupyterServer } from "./jupyterServer.ts";
import type { Keeper } from "./keeper.ts";
import { forward, forwardUpgrade } from "./proxy.ts";
import type { NotebookRecords } from "./records.ts";
import type { UrlTokens } from "./urlTokens.ts";

const cookieName = "notebook-session";

export class NotebookSite implements Site {
  readonly #records: NotebookRecords;
  readonly #keeper: Keeper;
  readonly #tokens: UrlTokens;
  readonly #open = new Set<Duplex>();

  constructor(records: NotebookRecords, keeper: Keeper, tokens: UrlTokens) {
    this.#records = records;
    this.#keeper = keeper;
    this.#tokens = tokens;
  }

  handle(request: IncomingMessage, response: ServerResponse, host: string): void {
    const found = this.#find(request, nameOf(host));
    if ("socket" in found) forward(request, response, found);
    else show(response, found);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, host: string): void {
    const found = this.#find(request, nameOf(host));
    if (!("socket" in found)) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    forwardUpgrade(request, socket, head, found);
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** The running server, or a page that explains why there is none. */
  #find(request: IncomingMessage, name: string | undefined): JupyterServer | Page {
    if (!name)
      return { status: 404, title: "There is nothing here", text: "This is not the host of a notebook instance." };
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const token = searchParams.get("authToken");
    // The only request allowed from other sites: its token is the proof.
    if (token !== null && request.method === "GET" && pathname === "/") return this.#redeem(name, token);
    // Not even another notebook's pages may trigger actions here.
    const foreign = foreignPage(request.headers, (origin) => origin === `http://${request.headers.host}`);
    if (foreign)
      return { status: 403, title: "Refused", text: `${foreign}; only this notebook's own pages may do that.` };
    if (!this.#hasSession(request, name)) {
      return {
        status: 403,
        title: "This notebook opens with its presigned URL",
        text: "It is valid for five minutes, and once:",
        command: `aws sagemaker create-presigned-notebook-instance-url --notebook-instance-name ${name}`,
      };
    }
    const status = this.#records.get(name)?.status ?? "gone";
    if (status !== "InService") {
      return { status: 503, title: "This notebook instance is not running", text: `Its status is ${status}.` };
    }
    return this.#keeper.server(name) ?? notInstalled;
  }

  #hasSession({ headers }: IncomingMessage, name: string): boolean {
    const secret = cookies(headers)[cookieName];
    return secret !== undefined && this.#tokens.isSession(name, secret);
  }

  #redeem(name: string, token: string): Page {
    const session = this.#tokens.redeem(name, token);
    if (!session) {
      const text = "A presigned URL opens once, within five minutes.";
      return { status: 403, title: "This URL is no longer valid", text };
    }
    const cookie = `${cookieName}=${session.secret}; Path=/; Max-Age=${session.seconds}; HttpOnly; SameSite=Strict`;
    // Not a redirect: after a link from another site the request would still be cross-site, and without the cookie.
    const headers = { "set-cookie": cookie, refresh: "0; url=/lab" };
    return { status: 200, title: "Opening JupyterLab", text: "One moment.", headers };
  }
}

const notInstalled: Page = {
  status: 503,
  title: "JupyterLab is not installed on this machine",
  text: "The notebook instance is InService, and has nothing to show. Install JupyterLab, then stop and start the instance:",
  command: "npm run notebooks:install",
};

/** `a.notebook` of `a.notebook.us-east-1.sagemaker.localhost`. */
const nameOf = (host: string): string | undefined => /^([a-z0-9-]+)\.notebook$/.exec(host)?.[1];

function cookies({ cookie = "" }: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    cookie.split(";").map((pair) => {
      const [name = "", ...value] = pair.trim().split("=");
      return [name, value.join("=")];
    }),
  );
}
