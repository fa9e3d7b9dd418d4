/** Deployments of functions' versions, step by step: how much of the traffic has moved, hooks, alarms; and to stop one. */
import { useState } from "preact/hooks";
import { all, call } from "../lib/api.ts";
import { useData } from "../lib/data.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { dayAndTime, matches, plural } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Badge, Failure, Field } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { DeploymentDetail } from "./deployments/detail.tsx";
import { toneOf, wordsOf } from "./deployments/status.ts";

export default definePage({ path: "deployments", title: "Deployments", group: "What happens", view: Deployments });

/** How many are read: the latest. */
const most = 200;

function Deployments({ rest: [chosen] }: PageProps) {
  const [search, setSearch] = useState("");
  const { value, error } = useData(readDeployments, [], { every: 2_000 });
  const shown = (value ?? []).filter(({ applicationName, deploymentGroupName, status, deploymentId }) =>
    matches(search, applicationName, deploymentGroupName, status, deploymentId),
  );
  return (
    <Split
      back={hrefOf(["deployments"])}
      title={chosen}
      detail={chosen && <DeploymentDetail key={chosen} id={chosen} />}
      list={
        <>
          <div class="bar">
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="group, status or id" />
            <span class="count" role="status">
              {plural(shown.length, "deployment")}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Deployments, the latest first"
            items={shown}
            id={({ deploymentId = "" }) => deploymentId}
            {...(chosen !== undefined && { chosen })}
            onChoose={({ deploymentId = "" }) => go(["deployments", deploymentId])}
            tone={({ status }) => (toneOf(status) === "bad" ? "bad" : "")}
            empty={value ? "Nothing was deployed step by step. Start with: npm start -- --gradual" : "Reading …"}
            columns={[
              {
                title: "Status",
                width: "7em",
                cell: ({ status }) => <Badge tone={toneOf(status)}>{wordsOf(status)}</Badge>,
              },
              { title: "Group", width: "1fr", cell: ({ deploymentGroupName }) => deploymentGroupName },
              {
                title: "How",
                width: "1fr",
                cell: ({ deploymentConfigName = "" }) => deploymentConfigName.replace("CodeDeployDefault.", ""),
                wide: true,
              },
              {
                title: "Began",
                width: "8em",
                cell: ({ createTime }) => <span class="number">{dayAndTime(createTime)}</span>,
                wide: true,
              },
            ]}
          />
        </>
      }
    />
  );
}

async function readDeployments(signal: AbortSignal) {
  const ids = await all(
    (nextToken) => call("codedeploy", "ListDeployments", nextToken ? { nextToken } : {}, signal),
    ({ deployments }) => deployments,
    ({ nextToken }) => nextToken,
  );
  const infos = await Promise.all(
    ids
      .slice(0, most)
      .map(
        async (deploymentId) =>
          (await call("codedeploy", "GetDeployment", { deploymentId }, signal)).deploymentInfo ?? {},
      ),
  );
  return infos.sort((one, other) => Number(other.createTime ?? 0) - Number(one.createTime ?? 0));
}
