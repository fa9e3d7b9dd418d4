import type { MapRun, Surroundings } from "./frame.ts";

/** What a child execution of a map run is surrounded by: it has a history of its own, which nobody asks for. */
export function childOf(parent: Surroundings, run: MapRun, input: unknown): Surroundings {
  const Name = crypto.randomUUID();
  const Id = `${run.arn.replace(":mapRun:", ":execution:").replace(/:[^:]+$/, "")}:${Name}`;
  const Execution = { ...parent.context.Execution, Id, Input: input, Name, StartTime: new Date().toISOString() };
  let last = 0;
  const child: Surroundings = {
    region: parent.region,
    context: { ...parent.context, Execution },
    get over() {
      return parent.over;
    },
    add(_type, _details, chain, passing = false) {
      last++;
      if (!passing) chain.last = last;
      return last;
    },
    enter: (place) => parent.enter(place, undefined),
    leave: (place) => parent.leave(place),
    hasActivity: (arn) => parent.hasActivity(arn),
    perform: (work) => parent.perform(work),
    waitUntil: (time, signal) => parent.waitUntil(time, signal),
    keep: (place, make) => parent.keep(place, make),
    token: (place) => parent.token(place),
    mapRun: (start) => parent.mapRun(start),
    child: (inner, value) => childOf(child, inner, value),
    call: (service, operation, request) => parent.call(service, operation, request),
  };
  return child;
}
