/** APIs: their routes, a form to call each, and what they were asked last. */
import { useState } from "preact/hooks";
import { isKind, type Of } from "../lib/activity.ts";
import { useData } from "../lib/data.ts";
import { useActivities } from "../lib/events.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { durationText, functionName, matches, plural, timeText } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Badge, Empty, Failure, Field, Section } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { CallForm } from "./apis/callForm.tsx";
import { readRoutes } from "./apis/routes.ts";

export default definePage({ path: "apis", title: "APIs", group: "Resources", view: Apis });

function Apis({ rest: [chosen] }: PageProps) {
  const [search, setSearch] = useState("");
  const { value, error } = useData(readRoutes, [], { every: 10_000 });
  const requests = useActivities(isKind("request"), 5_000);
  const shown = (value ?? []).filter(({ method, path, api, authorization, target }) =>
    matches(search, method, path, authorization, api.name, target),
  );
  const route = value?.find(({ id }) => id === chosen);
  return (
    <Split
      back={hrefOf(["apis"])}
      title={route && `${route.method} ${route.path}`}
      detail={
        route && (
          <>
            <CallForm key={route.id} route={route} />
            <Requests
              requests={requests.filter((one) => one.api === route.api.id)}
              title={`Last calls of ${route.api.name}`}
            />
          </>
        )
      }
      list={
        <>
          <div class="bar">
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="route, API or function" />
            <span class="count" role="status">
              {plural(shown.length, "route")}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Routes"
            items={shown}
            id={({ id }) => id}
            {...(chosen !== undefined && { chosen })}
            onChoose={({ id }) => go(["apis", id])}
            empty={value ? "There is none like that." : "Reading …"}
            columns={[
              { title: "Method", width: "5em", cell: ({ method }) => <span class="mono">{method}</span> },
              { title: "Path", width: "1.4fr", cell: ({ path }) => <span class="mono">{path}</span> },
              { title: "API", width: "1fr", cell: ({ api }) => api.name, wide: true },
              { title: "Who may", width: "6.5em", cell: ({ authorization }) => authorization, wide: true },
              { title: "Behind it", width: "1.2fr", cell: ({ target }) => target, wide: true },
            ]}
          />
          {!route && <Requests requests={requests} title="Last calls" />}
        </>
      }
    />
  );
}

function Requests({ requests, title }: { requests: Of<"request">[]; title: string }) {
  return (
    <Section title={title}>
      {requests.length === 0 && <Empty>No route was called since the start.</Empty>}
      <table class="grid">
        <tbody>
          {requests.slice(0, 30).map(({ at, method, path, status, milliseconds, function: by, message, requestId }) => (
            <tr key={`${at} ${requestId}`}>
              <td class="number">{timeText(at)}</td>
              <td>
                <Badge tone={status >= 500 ? "bad" : status >= 400 ? "warn" : "good"}>{status}</Badge>
              </td>
              <td class="mono">
                {method} {path}
                {message && <div class="soft">{message}</div>}
              </td>
              <td class="number">{durationText(milliseconds)}</td>
              <td class="wide">{by && <a href={hrefOf(["functions", functionName(by)])}>{functionName(by)}</a>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
