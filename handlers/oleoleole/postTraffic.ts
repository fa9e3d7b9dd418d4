import { trafficHook } from "../lib/trafficHook.ts";
import { requireRoute } from "./expectation.ts";

/** Asks as callers do, through the API, once the new version has all traffic. */
export const handler = trafficHook((_versionArn, deadline) => requireRoute(process.env.ROUTE_URL ?? "", deadline));
