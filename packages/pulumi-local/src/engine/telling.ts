import { type Counts, type EngineEvent, operations } from "./events.ts";

/** @returns what tells of one run from its begin to its end, and counts its steps. */
export function telling(
  { preview, stack }: { preview: boolean; stack: string },
  onEvent: (event: EngineEvent) => void,
) {
  const began = performance.now();
  const counts = Object.fromEntries(operations.map((operation) => [operation, 0])) as Counts;
  const emit = (event: EngineEvent): void => {
    if (event.kind === "step" && event.status === "done") counts[event.operation] += 1;
    onEvent(event);
  };
  const begin = (): void => emit({ kind: "start", preview, stack });
  const end = (ok: boolean): void =>
    emit({ kind: "end", preview, ok, counts, seconds: (performance.now() - began) / 1000 });
  return { emit, counts, begin, end };
}

/** What the program has printed, as an event. */
export const printed = (text: string): EngineEvent => ({
  kind: "message",
  urn: undefined,
  severity: "info",
  text: text.trimEnd(),
});
