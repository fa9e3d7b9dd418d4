/** What happens on the cloud, as it happens: one stream for all pages. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Activity } from "./activity.ts";
import { messages } from "./api.ts";

/** How many are kept; the oldest go first. */
const kept = 5_000;

/** Oldest first. */
export const activities: Activity[] = [];
type Listener = (news: Activity[]) => void;
const listeners = new Set<Listener>();
let connected = false;

/** Follows the stream for as long as the page is open; where it breaks, from the beginning a second later. */
export async function followEvents(): Promise<never> {
  for (;;) {
    try {
      for await (const news of messages(new AbortController().signal)) {
        if (!connected) activities.length = 0;
        connected = true;
        activities.push(...(news as Activity[]));
        if (activities.length > kept * 2) activities.splice(0, activities.length - kept);
        for (const listener of listeners) listener(news as Activity[]);
      }
    } catch {
      // Said by whatever is asked for next.
    }
    connected = false;
    for (const listener of listeners) listener([]);
    await new Promise((later) => setTimeout(later, 1_000));
  }
}

/** Calls the listener with each news while the component is shown, and once, with none, as it is: some may have come meanwhile. */
export function useNews(listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const hear: Listener = (news) => latest.current(news);
    listeners.add(hear);
    hear([]);
    return () => void listeners.delete(hear);
  }, []);
}

/** The events that were chosen, newest first, and again whenever one comes. */
export function useActivities<Chosen extends Activity>(
  choose: (activity: Activity) => activity is Chosen,
  most = 1_000,
): Chosen[] {
  const [, redraw] = useState(0);
  useNews((news) => {
    if (news.length === 0 || news.some(choose)) redraw((count) => count + 1);
  });
  return activities.filter(choose).slice(-most).reverse();
}

/** Whether events come. */
export function useConnected(): boolean {
  const [state, set] = useState(connected);
  useNews(() => set(connected));
  return state;
}
