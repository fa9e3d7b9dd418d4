/**
 * EventBridge: buses, rules, targets, schedules of rules, archives and replays, API destinations. Events of AWS's own services come in by `PutEvents` in process,
 * with the service as principal: `cloud.call("events", "PutEvents", { Entries }, servicePrincipal("s3.amazonaws.com"))`.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
 */

import { Deliveries } from "../../delivery/deliveries.ts";
import { Ticker } from "../../schedule/ticker.ts";
import type { Cloud, Service } from "../../service.ts";
import { ConnectionBook } from "./connectionBook.ts";
import { archiveOperations, replayOperations } from "./operations/archives.ts";
import { busOperations } from "./operations/buses.ts";
import { connectionOperations } from "./operations/connections.ts";
import { destinationOperations } from "./operations/destinations.ts";
import { eventOperations } from "./operations/events.ts";
import { ruleOperations } from "./operations/rules.ts";
import { Replays } from "./replays.ts";
import { EventsState } from "./state.ts";

export function createEvents(cloud: Cloud): Service {
  const deliveries = new Deliveries(cloud, "events.deliveries");
  const ticker = new Ticker((key, due) => events.due(key, due));
  const events = new EventsState(cloud, deliveries, ticker);
  const replays = new Replays(events);
  const connections = new ConnectionBook(events);
  return {
    name: "events",
    shapes: () => import("@aws-sdk/client-eventbridge"),
    operations: {
      ...busOperations(events),
      ...ruleOperations(events),
      ...eventOperations(events),
      ...archiveOperations(events),
      ...replayOperations(events, replays),
      ...connectionOperations(events, connections),
      ...destinationOperations(events, connections),
    },
    async start() {
      for (const rule of events.rules.values()) events.plan(rule);
      ticker.start();
      deliveries.start();
      replays.start();
    },
    async stop() {
      ticker.stop();
      deliveries.stop();
      connections.stop();
      await replays.stop();
    },
  };
}
