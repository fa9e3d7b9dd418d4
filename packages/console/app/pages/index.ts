/** The console's own pages, in the order of the navigation. */
import type { Page } from "../lib/page.ts";
import executions from "./executions.tsx";
import logs from "./logs.tsx";
import map from "./map.tsx";

export const ownPages: Page[] = [map, executions, logs];
