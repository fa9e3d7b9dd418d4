/** What a page shows, read again whenever it may have changed. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Activity } from "./activity.ts";
import { useNews } from "./events.ts";

export interface Data<Value> {
  /** Of the last time that it was read well. */
  value?: Value;
  error?: Error;
  reload(): void;
}

export interface Refresh {
  /** Milliseconds between two readings while the page is visible. Default: never. */
  every?: number;
  /** Whether an event changes it. Default: none does. */
  on?: (activity: Activity) => boolean;
}

/** Milliseconds between two readings that events ask for. */
const calm = 500;

/** @param about what it depends on: another one drops the value. */
export function useData<Value>(
  read: (signal: AbortSignal) => Promise<Value>,
  about: unknown[],
  { every, on }: Refresh = {},
): Data<Value> {
  const [state, set] = useState<{ value?: Value; error?: Error; about: string }>({ about: "" });
  const latest = useRef(read);
  latest.current = read;
  const reload = useRef(() => {});
  const key = JSON.stringify(about);
  useEffect(() => {
    const over = new AbortController();
    let reading = false;
    let again = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      clearTimeout(timer);
      try {
        const value = await latest.current(over.signal);
        if (!over.signal.aborted) set({ value, about: key });
      } catch (error) {
        if (!over.signal.aborted) set((old) => ({ ...(old.about === key && old), error: error as Error, about: key }));
      }
      reading = false;
      if (over.signal.aborted) return;
      if (again) {
        again = false;
        timer = setTimeout(run, calm);
      } else if (every !== undefined) timer = setTimeout(() => (document.hidden ? waitForSight() : run()), every);
    };
    const waitForSight = () => document.addEventListener("visibilitychange", run, { once: true, signal: over.signal });
    reload.current = () => void run();
    void run();
    return () => {
      over.abort();
      clearTimeout(timer);
    };
  }, [key, every]);
  useNews((news) => {
    if (on && news.some(on)) reload.current();
  });
  const { value, error } = state.about === key ? state : {};
  return { ...(value !== undefined && { value }), ...(error && { error }), reload: () => reload.current() };
}
