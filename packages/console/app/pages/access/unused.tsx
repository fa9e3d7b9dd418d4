/** Actions that roles are allowed and no call has used since the start. */

import type { UnusedRight } from "local-aws/console";
import { useState } from "preact/hooks";
import type { StackMap } from "../../../src/map/index.ts";
import { look, readDocument } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { go, hrefOf } from "../../lib/router.ts";
import { matches, nameOf, plural } from "../../lib/text.ts";
import { List } from "../../ui/list.tsx";
import { Facts, Failure, Field, Json, Section } from "../../ui/parts.tsx";
import { Split } from "../../ui/split.tsx";
import { ShownField } from "./shown.tsx";

const query = { show: "unused" };
const idOf = ({ role, policy, action, resources }: UnusedRight) => [role, policy, action, ...resources].join(" ");

/** An ARN without service, region and account. */
const withoutPlace = (arn: string) => arn.split(":").slice(5).join(":") || arn;

export function Unused({ chosen }: { chosen: string | undefined }) {
  const [search, setSearch] = useState("");
  const { value, error } = useData(() => look<{ Rights: UnusedRight[] }>("iam", "UnusedRights", {}), [], {
    every: 5_000,
  });
  const { value: map } = useData(() => readDocument<StackMap>("map"), []);
  const rights = value?.Rights ?? [];
  const shown = rights.filter(({ role, action, resources }) => matches(search, role, action, ...resources));
  const right = rights.find((one) => idOf(one) === chosen);
  const holder = right && map?.nodes.find(({ role }) => role === right.role);
  return (
    <Split
      back={hrefOf(["access"], query)}
      title={right && `${nameOf(right.role)} has not used ${right.action}`}
      detail={
        right && (
          <>
            <Facts
              of={{
                Who: right.role,
                "Acts for": holder && <a href={hrefOf(["map", holder.id])}>{holder.name}</a>,
                Policy: nameOf(right.policy),
              }}
            />
            <Section title="What may be taken away, if nothing else needs it">
              <Json label={right.action} of={{ Effect: "Allow", Action: right.action, Resource: right.resources }} />
            </Section>
          </>
        )
      }
      list={
        <>
          <div class="bar">
            <ShownField shown="unused" />
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="role, action or resource" />
            <span class="count" role="status">
              {plural(shown.length, "action")}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Allowed actions that no call has used since the start"
            items={shown}
            id={idOf}
            {...(chosen !== undefined && { chosen })}
            onChoose={(one) => go(["access", idOf(one)], query)}
            empty={value ? "There is none like that." : "Reading …"}
            columns={[
              { title: "Who", width: "1fr", cell: ({ role }) => nameOf(role) },
              { title: "Has not used", width: "1fr", cell: ({ action }) => <span class="mono">{action}</span> },
              {
                title: "On",
                width: "1.2fr",
                cell: ({ resources }) => resources.map(withoutPlace).join(", "),
                wide: true,
              },
            ]}
          />
        </>
      }
    />
  );
}
