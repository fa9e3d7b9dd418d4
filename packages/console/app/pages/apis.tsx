/** APIs: their routes, a form to call each, and the last calls, to be sent again. */
import { useState } from "preact/hooks";
import { isKind } from "../lib/activity.ts";
import { useData } from "../lib/data.ts";
import { useActivities } from "../lib/events.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { matches, plural } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Failure, Field } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { CallDetail } from "./apis/callDetail.tsx";
import { CallForm } from "./apis/callForm.tsx";
import { Requests } from "./apis/requests.tsx";
import { readRoutes } from "./apis/routes.ts";

export default definePage({ path: "apis", title: "APIs", group: "Resources", view: Apis });

function Apis({ rest: [chosen, api, call], query }: PageProps) {
  if (chosen === "call" && api !== undefined && call !== undefined) {
    const route = query.get("route") ?? undefined;
    const back = hrefOf(route === undefined ? ["apis"] : ["apis", route]);
    return (
      <Split whole back={back} title="A call" list={null} detail={<CallDetail key={call} api={api} call={call} />} />
    );
  }
  return <Routes chosen={chosen} asked={query.get("search") ?? ""} />;
}

/** @param asked what is searched for at first. */
function Routes({ chosen, asked }: { chosen: string | undefined; asked: string }) {
  const [search, setSearch] = useState(asked);
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
              route={route.id}
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
