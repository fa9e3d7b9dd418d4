/** The program on one machine, once for all journeys, and its console in a real browser. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Running } from "local-aws/testing";
import type { Browser, Locator, Page } from "playwright-core";
import { chromiumPath, openBrowser } from "../../../packages/local-aws/test/support/browser.ts";

const root = resolve(import.meta.dirname, "../../..");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const run = promisify(execFile);

/** Where the platform is: as `endpoint.json` of the state folder says it. */
export interface Place {
  aws: string;
  api: string;
  region: string;
  /** Folder of its state. */
  state: string;
}

interface Opened extends Place {
  /** With its token. */
  url: string;
  running: Running;
  browser: Browser;
}

let opening: Promise<Opened | undefined> | undefined;

async function open(): Promise<Opened | undefined> {
  const path = chromiumPath();
  if (!path) return undefined;
  const state = mkdtempSync(join(tmpdir(), "console-"));
  const running = new Running(join(root, "packages/pulumi-local/src/main.ts"), ["--watch", "off"], {
    cwd: root,
    environment: { LOCAL_API_PORT: "0", LOCAL_AWS_PORT: "0", LOCAL_STATE_DIR: state },
  });
  const printed = await running.until(/^ready in/m);
  const [url = ""] = /http:\S+\/_console\/#token=\S+/.exec(printed) ?? [];
  const place = JSON.parse(readFileSync(join(state, "endpoint.json"), "utf8")) as Omit<Place, "state">;
  return { ...place, url, state, running, browser: await openBrowser(path) };
}

after(async () => {
  const opened = await opening;
  await opened?.browser.close();
  await opened?.running.end("SIGINT");
  if (opened) rmSync(opened.state, { recursive: true, force: true });
});

export const widths = { wide: { width: 1280, height: 800 }, narrow: { width: 400, height: 800 } } as const;
export type Width = keyof typeof widths;

/** A reader of the console. */
export class Reader {
  readonly page: Page;
  readonly place: Place;
  /** What the page could not do. */
  readonly complaints: string[] = [];

  private constructor(page: Page, place: Place) {
    this.page = page;
    this.place = place;
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  /** Opens the console as its URL was printed. @param context skipped where there is no Chromium. */
  static async open(
    context: Mocha.Context,
    width: Width = "wide",
    colours: "light" | "dark" = "light",
  ): Promise<Reader> {
    context.timeout(240_000);
    opening ??= open();
    const opened = await opening;
    if (!opened) {
      console.log("    there is no chromium on this machine (`apt-get install chromium`, or CHROMIUM=PATH)");
      return context.skip();
    }
    const page = await opened.browser.newPage({ viewport: widths[width], colorScheme: colours });
    page.setDefaultTimeout(15_000);
    const reader = new Reader(page, opened);
    await page.goto(opened.url);
    // The first who opens it may wait for its bundle.
    await page.getByText("live", { exact: true }).waitFor({ timeout: 60_000 });
    return reader;
  }

  /** Goes to a page by the navigation. */
  async goTo(title: string): Promise<void> {
    const menu = this.page.getByRole("button", { name: "Menu" });
    if (await menu.isVisible()) await menu.click();
    await this.page.getByRole("navigation").getByRole("link", { name: title, exact: true }).click();
    await this.page.getByRole("heading", { level: 1, name: title }).waitFor();
  }

  /** Rows of the list that is shown. */
  get rows(): Locator {
    return this.page.getByRole("listbox").locator("[role=option]");
  }

  /** The page's violations of axe's rules, each with what violates it; nothing may be wider than the screen either. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(async () => {
      const { violations } = await (
        globalThis as never as { axe: { run(): Promise<{ violations: Violation[] }> } }
      ).axe.run();
      const main = document.querySelector("main") as HTMLElement;
      const wider = main.scrollWidth > main.clientWidth ? ["the page is wider than the screen"] : [];
      return [
        ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" | ")}`),
        ...wider,
      ];
    });
    return [...found, ...this.complaints];
  }

  /** A picture for the documentation, where `SCREENSHOTS` names a folder. */
  async picture(name: string): Promise<void> {
    const folder = process.env.SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** A command of the program: `dsp("notebooks", "create", "anna")`. @throws where it ends with another code than 0. */
  async dsp(...words: string[]): Promise<string> {
    const env = { ...process.env, LOCAL_STATE_DIR: this.place.state };
    return (await run(process.execPath, [join(root, "scripts/dsp.ts"), ...words], { env, cwd: root })).stdout;
  }

  /** A request to a route of the program. */
  async request(path: string, body?: object): Promise<Response> {
    return fetch(`${this.place.api}${path}`, body && { method: "POST", body: JSON.stringify(body) });
  }
}

interface Violation {
  id: string;
  nodes: { target: string[] }[];
}

export const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
