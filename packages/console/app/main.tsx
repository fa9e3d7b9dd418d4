/** The frame: navigation, theme, the page that is asked for. */
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { takeToken, tokenEnded } from "./lib/api.ts";
import { followEvents, useConnected } from "./lib/events.ts";
import type { Page } from "./lib/page.ts";
import { hrefOf, useRoute } from "./lib/router.ts";
import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";
import "./style/pages.css";
import { ThemeButton } from "./ui/theme.tsx";

const ownGroup = "This program";

/** Shows the pages, in the order of the navigation. */
export function start(pages: Page[]): void {
  takeToken();
  void followEvents();
  render(<Frame pages={pages} />, document.body);
}

function Frame({ pages }: { pages: Page[] }) {
  const { path, query } = useRoute();
  const [ended, setEnded] = useState(false);
  const [open, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const [name = pages[0]?.path, ...rest] = path;
  const page = pages.find((one) => one.path === name);
  useEffect(() => {
    const end = () => setEnded(true);
    tokenEnded.addEventListener("ended", end);
    return () => tokenEnded.removeEventListener("ended", end);
  }, []);
  useEffect(() => {
    document.title = `${page?.title ?? "Not found"} · Console`;
    setOpen(false);
  }, [page]);
  useEffect(() => {
    // `/` searches, Escape closes, as in most tools of this kind.
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape") main.current?.querySelector<HTMLAnchorElement>("a.close")?.click();
      const { tagName } = event.target as HTMLElement;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(tagName)) return;
      const field = main.current?.querySelector<HTMLInputElement>("input[type=search]");
      if (!field) return;
      event.preventDefault();
      field.focus();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header class="top">
        <button
          type="button"
          class="menu"
          aria-expanded={open}
          aria-controls="navigation"
          onClick={() => setOpen(!open)}
        >
          <span aria-hidden="true">☰</span> Menu
        </button>
        <a class="brand" href="#/">
          Console
        </a>
        <Connection />
        <ThemeButton />
      </header>
      <nav id="navigation" class={open ? "side open" : "side"} aria-label="Pages">
        {groupsOf(pages).map(([group, ones]) => (
          <section key={group}>
            <h2>{group}</h2>
            <ul>
              {ones.map((one) => (
                <li key={one.path}>
                  <a
                    href={hrefOf([one.path])}
                    aria-current={one === page ? "page" : undefined}
                    onClick={() => setOpen(false)}
                  >
                    {one.title}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
      <main ref={main} id="main" tabIndex={-1}>
        {ended ? (
          <Ended />
        ) : page ? (
          <>
            <h1>{page.title}</h1>
            <page.view key={page.path} rest={rest} query={query} />
          </>
        ) : (
          <>
            <h1>Not found</h1>
            <p>There is no page {name}.</p>
          </>
        )}
      </main>
    </>
  );
}

function groupsOf(pages: Page[]): [string, Page[]][] {
  const groups = new Map<string, Page[]>();
  for (const page of pages) {
    const group = page.group ?? ownGroup;
    groups.set(group, [...(groups.get(group) ?? []), page]);
  }
  return [...groups];
}

function Connection() {
  const connected = useConnected();
  return (
    <span class={connected ? "connection live" : "connection"} role="status">
      {connected ? "live" : "connecting …"}
    </span>
  );
}

const Ended = () => (
  <>
    <h1>This page is of another start</h1>
    <p>
      Each <code>npm start</code> has a URL of its own. Open the one that it printed after <b>ready</b>.
    </p>
  </>
);
