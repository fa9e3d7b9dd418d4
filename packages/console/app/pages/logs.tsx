/** Every log group's events, live, with search. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { isKind } from "../lib/activity.ts";
import { all, call } from "../lib/api.ts";
import { useNews } from "../lib/events.ts";
import { readLogGroupOf } from "../lib/logGroups.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { dayAndTime, matches, nameOf, plural, pretty, timeText } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Facts, Failure, Field, Json } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { groupNames } from "./logs/groupName.ts";
import { levelOf, messageOf } from "./logs/message.ts";

interface Line {
  id: string;
  group: string;
  stream: string;
  at: number;
  text: string;
}

/** How many lines are kept; the oldest go first. */
const most = 100_000;
const minutes = 60_000;
/** Milliseconds between two looks at every group; a function's group is looked at when it has run. */
const slow = 4_000;

export default definePage({ path: "logs", title: "Logs", group: "What happens", view: Logs });

function Logs({ rest: [chosen], query }: PageProps) {
  const [search, setSearch] = useState(query.get("search") ?? "");
  const [group, setGroup] = useState(query.get("group") ?? "");
  const [since, setSince] = useState(query.get("since") ?? "60");
  const { lines, groups, error } = useTail(group, Number(since) * minutes);
  const shown = useMemo(
    () => (search === "" ? lines : lines.filter(({ text, group: of }) => matches(search, text, of))),
    [lines, search],
  );
  const nameOfGroup = useMemo(() => groupNames(groups), [groups]);
  const line = chosen === undefined ? undefined : lines.find(({ id }) => id === chosen);
  const state = { search, group, since };
  return (
    <Split
      back={hrefOf(["logs"], state)}
      title={line && nameOfGroup(line.group)}
      detail={line && <LineDetail line={line} />}
      list={
        <>
          <div class="bar">
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="words, a request's id" />
            <Field
              label="Log group"
              value={group}
              onInput={setGroup}
              choices={{
                "": "every group",
                ...Object.fromEntries([group, ...groups].filter(Boolean).map((name) => [name, name])),
              }}
            />
            <Field
              label="Since"
              value={since}
              onInput={setSince}
              choices={{ 15: "15 minutes", 60: "an hour", 1440: "a day", 52560000: "the beginning" }}
            />
            <span class="count" role="status">
              {search === ""
                ? plural(lines.length, "line")
                : `${shown.length.toLocaleString("en")} of ${plural(lines.length, "line")}`}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Lines of the logs"
            items={shown}
            id={({ id }) => id}
            {...(chosen !== undefined && { chosen })}
            onChoose={({ id }) => go(["logs", id], state)}
            tone={({ text }) => levelOf(text)}
            follow
            empty={search === "" ? "Nothing was logged in that time." : "No line has all of these words."}
            columns={[
              { title: "Time", width: "7.2em", cell: ({ at }) => <span class="mono">{timeText(at)}</span> },
              { title: "Group", width: "minmax(8em, 14em)", cell: ({ group: name }) => nameOfGroup(name), wide: true },
              { title: "Message", width: "1fr", cell: ({ text }) => <span class="mono">{messageOf(text)}</span> },
            ]}
          />
        </>
      }
    />
  );
}

const LineDetail = ({ line: { at, group, stream, text } }: { line: Line }) => {
  const requestId = /"requestId":\s?"([\w-]+)"|RequestId: ([\w-]+)/.exec(text)?.slice(1).find(Boolean);
  return (
    <>
      <Facts
        of={{
          Time: dayAndTime(at),
          Group: group,
          Stream: stream,
          Request: requestId && <a href={hrefOf(["logs"], { search: requestId })}>{requestId}</a>,
        }}
      />
      <Json label="Message" of={pretty(text)} />
    </>
  );
};

/** The lines of a group, or of all of them, oldest first, as they come. @param span milliseconds before now. */
function useTail(group: string, span: number): { lines: Line[]; groups: string[]; error?: Error } {
  const [lines, setLines] = useState<Line[]>([]);
  const [groups, setGroups] = useState<string[]>([]);
  const [error, setError] = useState<Error>();
  const poke = useRef((_names: string[]) => {});
  useEffect(() => {
    const over = new AbortController();
    const since = Date.now() - span;
    const last = new Map<string, number>();
    const seen = new Set<string>();
    let kept: Line[] = [];
    const readGroup = async (name: string) => {
      // An event may come later than one with a later time.
      const startTime = Math.max(since, (last.get(name) ?? 0) - 5_000);
      const events = await all(
        (nextToken) =>
          call(
            "logs",
            "FilterLogEvents",
            { logGroupName: name, startTime, ...(nextToken && { nextToken }) },
            over.signal,
          ),
        ({ events: some }) => some,
        ({ nextToken }) => nextToken,
        most,
      );
      last.set(
        name,
        events.reduce((latest, { timestamp = 0 }) => Math.max(latest, timestamp), last.get(name) ?? 0),
      );
      return events
        .filter(({ eventId = "" }) => !seen.has(eventId))
        .map(({ eventId: id = "", logStreamName: stream = "", timestamp: at = 0, message: text = "" }): Line => {
          seen.add(id);
          return { id, group: name, stream, at, text };
        });
    };
    const add = (news: Line[]) => {
      if (news.length === 0 || over.signal.aborted) return;
      const merged = [...kept, ...news];
      const inOrder = kept.length === 0 || Math.min(...news.slice(0, 1_000).map(({ at }) => at)) >= kept.at(-1)!.at;
      if (!inOrder || news.length > 1) merged.sort((one, other) => one.at - other.at);
      kept = merged.slice(-most);
      setLines(kept);
    };
    const look = async (names: string[]) => {
      try {
        add((await Promise.all(names.map(readGroup))).flat());
        setError(undefined);
      } catch (caught) {
        if (!over.signal.aborted) setError(caught as Error);
      }
    };
    const round = async () => {
      if (!document.hidden) {
        const names = await readGroups(over.signal).catch((caught: Error) => {
          setError(caught);
          return [];
        });
        if (over.signal.aborted) return;
        setGroups((old) => (old.join() === names.join() ? old : names));
        await look(group === "" ? names : [group]);
      }
      if (!over.signal.aborted) setTimeout(round, slow);
    };
    const waiting = new Set<string>();
    poke.current = (names) => {
      const wanted = names.filter((name) => (group === "" || name === group) && last.has(name) && !waiting.has(name));
      for (const name of wanted) waiting.add(name);
      if (wanted.length === 0) return;
      setTimeout(async () => {
        for (const name of wanted) waiting.delete(name);
        await look(wanted);
      }, 250);
    };
    setLines([]);
    void round();
    return () => over.abort();
  }, [group, span]);
  useNews(async (news) => {
    const functions = news.filter(isKind("invocation")).map((one) => nameOf(one.function));
    if (functions.length > 0) poke.current(await Promise.all(functions.map(readLogGroupOf)));
  });
  return { lines, groups, ...(error && { error }) };
}

const readGroups = async (signal: AbortSignal): Promise<string[]> =>
  (
    await all(
      (nextToken) => call("logs", "DescribeLogGroups", nextToken ? { nextToken } : {}, signal),
      ({ logGroups }) => logGroups,
      ({ nextToken }) => nextToken,
    )
  ).map(({ logGroupName = "" }) => logGroupName);
