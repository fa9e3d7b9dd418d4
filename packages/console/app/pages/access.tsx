/** Calls that IAM refused: who, what, and the statement that is missing; and what it allows and nobody has used. */
import { useState } from "preact/hooks";
import type { StackMap } from "../../src/map/index.ts";
import { isKind } from "../lib/activity.ts";
import { readDocument } from "../lib/api.ts";
import { useData } from "../lib/data.ts";
import { useActivities } from "../lib/events.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { matches, nameOf, plural, timeText } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Badge, Facts, Field, Json, Section } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { type Denial, denialsOf, statementFor } from "./access/denials.ts";
import { ShownField } from "./access/shown.tsx";
import { Unused } from "./access/unused.tsx";

export default definePage({ path: "access", title: "Access", group: "What happens", view: Access });

function Access({ rest: [chosen], query }: PageProps) {
  return query.get("show") === "unused" ? <Unused chosen={chosen} /> : <Refusals chosen={chosen} />;
}

function Refusals({ chosen }: { chosen: string | undefined }) {
  const [search, setSearch] = useState("");
  const denials = denialsOf(useActivities(isKind("denied"), 5_000));
  const shown = denials.filter(({ principal, action, resource }) => matches(search, principal, action, resource));
  const denial = denials.find(({ id }) => id === chosen);
  return (
    <Split
      back={hrefOf(["access"])}
      title={denial && `${nameOf(denial.principal)} may not ${denial.action}`}
      detail={denial && <DenialDetail key={denial.id} denial={denial} />}
      list={
        <>
          <div class="bar">
            <ShownField shown="refused" />
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="role, action or resource" />
            <span class="count" role="status">
              {plural(denials.length, "refusal")}
            </span>
          </div>
          <List
            label="Refused calls, the latest first"
            items={shown}
            id={({ id }) => id}
            {...(chosen !== undefined && { chosen })}
            onChoose={({ id }) => go(["access", id])}
            empty={denials.length > 0 ? "There is none like that." : "IAM has refused no call since the start."}
            columns={[
              {
                title: "Last",
                width: "7.2em",
                cell: ({ at }) => <span class="number">{timeText(at)}</span>,
                wide: true,
              },
              { title: "Who", width: "1fr", cell: ({ principal }) => nameOf(principal) },
              { title: "May not", width: "1fr", cell: ({ action }) => <span class="mono">{action}</span> },
              { title: "On", width: "1.2fr", cell: ({ resource }) => nameOf(resource), wide: true },
              { title: "Times", width: "4em", cell: ({ times }) => <span class="number">{times}</span>, wide: true },
            ]}
          />
        </>
      }
    />
  );
}

function DenialDetail({ denial }: { denial: Denial }) {
  const { principal, action, resource, by, explicit, times, at } = denial;
  const { value: map } = useData(() => readDocument<StackMap>("map"), []);
  const caller = map?.nodes.find(({ role }) => role === principal);
  const target = map?.nodes.find(
    ({ id }) => resource === id || resource.startsWith(`${id}/`) || resource.startsWith(`${id}:`),
  );
  return (
    <>
      <Facts
        of={{
          Who: principal,
          "Acts for": caller && <a href={hrefOf(["map", caller.id])}>{caller.name}</a>,
          "May not": action,
          On: resource,
          "Which is": target && <a href={hrefOf(["map", target.id])}>{target.name}</a>,
          Why: (
            <Badge tone="bad">
              {explicit ? "denied by" : "not allowed by"} {by} policies
            </Badge>
          ),
          Times: times,
          Last: timeText(at),
        }}
      />
      <Section title={explicit ? "What would help" : "The statement that is missing"}>
        {explicit ? (
          <p>
            A statement denies it, and a denial wins over each statement that allows. Find it among the {by} policies.
          </p>
        ) : (
          <Json label={whereOf(denial)} of={JSON.stringify(statementFor(denial))} />
        )}
      </Section>
    </>
  );
}

/** Whose policy lacks it. */
function whereOf({ by, principal, resource }: Denial): string {
  if (by === "resource-based") return `For the policy of ${nameOf(resource)}`;
  if (by === "permissions boundary") return `For the permissions boundary of ${nameOf(principal)}`;
  if (by === "session") return `For the session policy of ${nameOf(principal)}`;
  return `For a policy of ${nameOf(principal)}`;
}
