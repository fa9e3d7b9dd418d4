/** What a page of the console is. */
import type { ComponentType } from "preact";

export interface Page {
  /** First part of its path: `approvals`. */
  path: string;
  /** In the navigation and as its heading. */
  title: string;
  /** In the navigation. Default `This program`. */
  group?: string;
  /** @param rest what comes after its path. */
  view: ComponentType<PageProps>;
}

export interface PageProps {
  rest: string[];
  query: URLSearchParams;
}

/** A module's default export, or one of a list: a page of the console. */
export const definePage = (page: Page): Page => page;
