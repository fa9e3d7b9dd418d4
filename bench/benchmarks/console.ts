import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { chromiumPath, openBrowser } from "../../packages/local-aws/test/support/browser.ts";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { type Platform, removeFolder, startPlatform } from "../lib/platform.ts";

const loads = 15;
/** Milliseconds. */
const limit = 300;

interface Paint {
  /** Milliseconds from the navigation to the first text or picture. */
  first: number;
  /** To the page's own heading and the navigation. */
  frame: number;
  /** To the architecture's boxes, which had to be asked for and laid out. */
  map: number;
}

/** How soon the console is seen, each time in a browser that knows nothing of it; in turn with a page of one line. */
const console: Benchmark = {
  name: "console",
  async run(): Promise<Row[]> {
    const path = chromiumPath();
    if (!path) return [{ what: "console: first paint", figure: "not measured: there is no Chromium here" }];
    const platform = await startPlatform({ environment: { LOCAL_WATCH: "off" }, arguments: ["--quiet"] });
    const bare = createServer((_request, response) => response.setHeader("content-type", "text/html").end("<p>bare"));
    await new Promise<void>((resolve) => bare.listen(0, "127.0.0.1", resolve));
    const browser = await openBrowser(path);
    try {
      const url = consoleUrl(platform);
      const { port } = bare.address() as AddressInfo;
      await paintsOf(browser, url);
      const ours: Paint[] = [];
      const theirs: number[] = [];
      for (let load = 0; load < loads; load++) {
        ours.push(await paintsOf(browser, url));
        theirs.push(await firstPaintOf(browser, `http://127.0.0.1:${port}/`));
      }
      const of = (part: keyof Paint) => median(ours.map((paint) => paint[part]));
      const first = of("first");
      return [
        {
          what: `console: first paint in Chromium (${loads} loads, nothing kept), against a page of one line`,
          figure: `${first.toFixed(0)} ms against ${median(theirs).toFixed(0)} ms`,
          goal: `<= ${limit} ms`,
          met: first <= limit,
        },
        {
          what: "console: its frame, all pages in it; the map, all systems drawn",
          figure: `${of("frame").toFixed(0)} ms; ${of("map").toFixed(0)} ms`,
          goal: `frame <= ${limit} ms`,
          met: of("frame") <= limit,
        },
      ];
    } finally {
      await browser.close();
      bare.close();
      await platform.stop();
      await removeFolder(platform.stateDirectory);
    }
  },
};
export default console;

const consoleUrl = ({ printed }: Platform): string => /http:\S+\/_console\/#token=\S+/.exec(printed)?.[0] ?? "";

/** In the page: marks when what is looked for is there for the first time. */
const marks = `
  const wanted = { frame: "nav a, main h1", map: ".system .node" };
  const look = () => {
    for (const [part, selector] of Object.entries(wanted)) {
      if (!document.querySelector(selector)) continue;
      performance.mark(part);
      delete wanted[part];
    }
    if (Object.keys(wanted).length > 0) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
`;

/** In the page: when a part was seen, once it is. */
const seen = (name: string): string => `new Promise((resolve) => {
  const look = () => {
    const [entry] = performance.getEntriesByName(${JSON.stringify(name)});
    if (entry) resolve(entry.startTime);
    else requestAnimationFrame(look);
  };
  look();
})`;

const paintsOf = (browser: Browser, url: string): Promise<Paint> =>
  inNewPage(browser, url, async (at) => ({
    first: await at("first-contentful-paint"),
    frame: await at("frame"),
    map: await at("map"),
  }));

const firstPaintOf = (browser: Browser, url: string): Promise<number> =>
  inNewPage(browser, url, (at) => at("first-contentful-paint"));

async function inNewPage<Value>(
  browser: Browser,
  url: string,
  read: (at: (name: string) => Promise<number>) => Promise<Value>,
): Promise<Value> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.addInitScript({ content: marks });
    await page.goto(url);
    return await read((name) => page.evaluate<number>(seen(name)));
  } finally {
    await context.close();
  }
}
