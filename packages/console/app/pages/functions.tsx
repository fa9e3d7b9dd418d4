/** Functions: how their invocations went; and to invoke them with an event. */
import { useState } from "preact/hooks";
import { isKind } from "../lib/activity.ts";
import { all, call } from "../lib/api.ts";
import { useData } from "../lib/data.ts";
import { useActivities } from "../lib/events.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { matches, nameOf, plural, timeText } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Failure, Field } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { FunctionDetail } from "./functions/detail.tsx";

export default definePage({ path: "functions", title: "Functions", group: "Resources", view: Functions });

function Functions({ rest: [chosen] }: PageProps) {
  const [search, setSearch] = useState("");
  const { value, error } = useData(
    (signal) =>
      all(
        (Marker) => call("lambda", "ListFunctions", Marker ? { Marker } : {}, signal),
        (answer) => answer.Functions,
        ({ NextMarker }) => NextMarker,
      ),
    [],
    { every: 10_000 },
  );
  const invocations = useActivities(isKind("invocation"), 10_000);
  const shown = (value ?? []).filter(({ FunctionName, Description }) => matches(search, FunctionName, Description));
  const of = (name: string | undefined) => invocations.filter((one) => nameOf(one.function) === name);
  return (
    <Split
      back={hrefOf(["functions"])}
      title={chosen}
      detail={chosen && <FunctionDetail key={chosen} name={chosen} />}
      list={
        <>
          <div class="bar">
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="name or description" />
            <span class="count" role="status">
              {plural(shown.length, "function")}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Functions"
            items={shown}
            id={({ FunctionName = "" }) => FunctionName}
            {...(chosen !== undefined && { chosen })}
            onChoose={({ FunctionName = "" }) => go(["functions", FunctionName])}
            tone={({ FunctionName }) => (of(FunctionName)[0]?.error ? "bad" : "")}
            empty={value ? "There is none like that." : "Reading …"}
            columns={[
              { title: "Name", width: "minmax(12em, 1.2fr)", cell: ({ FunctionName }) => FunctionName },
              {
                title: "What it does",
                width: "2fr",
                cell: ({ Description }) => <span class="soft">{Description}</span>,
                wide: true,
              },
              {
                title: "Runtime",
                width: "7em",
                cell: ({ Runtime, PackageType }) => Runtime ?? PackageType,
                wide: true,
              },
              {
                title: "Invoked",
                width: "6.5em",
                cell: ({ FunctionName }) => {
                  const some = of(FunctionName);
                  const failed = some.filter((one) => one.outcome !== "success").length;
                  return (
                    <span class="number">{some.length > 0 && `${some.length}${failed ? `, ${failed} ✗` : ""}`}</span>
                  );
                },
              },
              {
                title: "Last",
                width: "7em",
                cell: ({ FunctionName }) => <span class="number">{timeText(of(FunctionName)[0]?.at)}</span>,
                wide: true,
              },
            ]}
          />
        </>
      }
    />
  );
}
