/** One request across all services, as X-Ray has it: a waterfall. */
import { useState } from "preact/hooks";
import { isKind } from "../lib/activity.ts";
import { all, call } from "../lib/api.ts";
import { useData } from "../lib/data.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { dayAndTime, durationText, matches, plural } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Badge, Failure, Field } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { TraceDetail } from "./traces/detail.tsx";
import { timeOfTrace } from "./traces/spans.ts";

export default definePage({ path: "traces", title: "Traces", group: "What happens", view: Traces });

const minute = 60_000;
const most = 5_000;

function Traces({ rest: [chosen] }: PageProps) {
  const [search, setSearch] = useState("");
  const [since, setSince] = useState("60");
  const { value, error } = useData(
    async (signal) => {
      const EndTime = new Date(Date.now() + minute);
      const StartTime = new Date(Date.now() - Number(since) * minute);
      const summaries = await all(
        (NextToken) =>
          call("xray", "GetTraceSummaries", { StartTime, EndTime, ...(NextToken && { NextToken }) }, signal),
        ({ TraceSummaries }) => TraceSummaries,
        ({ NextToken }) => NextToken,
        most,
      );
      return summaries.sort((one, other) => timeOfTrace(other.Id ?? "") - timeOfTrace(one.Id ?? ""));
    },
    [since],
    { every: 10_000, on: (activity) => isKind("request")(activity) || isKind("invocation")(activity) },
  );
  const shown = (value ?? []).filter(({ Id, Http, ServiceIds = [], EntryPoint }) =>
    matches(search, Id, Http?.HttpURL, EntryPoint?.Name, ...ServiceIds.map(({ Name }) => Name)),
  );
  return (
    <Split
      whole
      back={hrefOf(["traces"])}
      title={chosen}
      detail={chosen && <TraceDetail key={chosen} id={chosen} />}
      list={
        <>
          <div class="bar">
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="path, service or id" />
            <Field
              label="Since"
              value={since}
              onInput={setSince}
              choices={{ 15: "15 minutes", 60: "an hour", 360: "six hours" }}
            />
            <span class="count" role="status">
              {plural(shown.length, "trace")}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Traces, the latest first"
            items={shown}
            id={({ Id = "" }) => Id}
            {...(chosen !== undefined && { chosen })}
            onChoose={({ Id = "" }) => go(["traces", Id])}
            tone={({ HasFault }) => (HasFault ? "bad" : "")}
            empty={value ? "There is none. Call a route of an API." : "Reading …"}
            columns={[
              {
                title: "Began",
                width: "8em",
                cell: ({ Id = "" }) => <span class="number">{dayAndTime(timeOfTrace(Id))}</span>,
                wide: true,
              },
              {
                title: "What",
                width: "1.4fr",
                cell: ({ Http, EntryPoint, ServiceIds }) =>
                  Http?.HttpURL
                    ? `${Http.HttpMethod ?? ""} ${pathOf(Http.HttpURL)}`
                    : (EntryPoint?.Name ?? ServiceIds?.[0]?.Name),
              },
              {
                title: "Through",
                width: "1.6fr",
                cell: ({ ServiceIds = [] }) => through(ServiceIds.map(({ Name = "" }) => Name)),
                wide: true,
              },
              {
                title: "Ended",
                width: "5.5em",
                cell: ({ HasFault, HasError, HasThrottle }) => (
                  <Badge tone={HasFault ? "bad" : HasError || HasThrottle ? "warn" : "good"}>
                    {HasFault ? "failed" : HasThrottle ? "throttled" : HasError ? "error" : "well"}
                  </Badge>
                ),
              },
              {
                title: "Took",
                width: "5em",
                cell: ({ Duration = 0 }) => <span class="number">{durationText(Duration * 1_000)}</span>,
              },
            ]}
          />
        </>
      }
    />
  );
}

const pathOf = (url: string): string => url.replace(/^https?:\/\/[^/]+/, "");
const through = (names: string[]): string => [...new Set(names)].join(", ");
