/** The console's own pages, in the order of the navigation. */
import type { Page } from "../lib/page.ts";
import access from "./access.tsx";
import apis from "./apis.tsx";
import buckets from "./buckets.tsx";
import deployments from "./deployments.tsx";
import executions from "./executions.tsx";
import functions from "./functions.tsx";
import logs from "./logs.tsx";
import mail from "./mail.tsx";
import map from "./map.tsx";
import queues from "./queues.tsx";
import tables from "./tables.tsx";
import traces from "./traces.tsx";

export const ownPages: Page[] = [
  map,
  executions,
  deployments,
  logs,
  traces,
  access,
  mail,
  functions,
  apis,
  tables,
  queues,
  buckets,
];
