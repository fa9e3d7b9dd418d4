/** A notebook: how it is, how long it has been idle, and what opens, starts and stops it. */
import { Badge, Button, call, dayAndTime, durationText, Facts, type Tone, useData } from "local-console/app";
import { askPlatform } from "./platform.ts";

/** An item of the table of notebooks, as far as it is shown. */
export interface Notebook {
  NotebookId: string;
  Name: string;
  InstanceType: string;
  VolumeSize: number;
  IdleMinutes: number;
  Timestamp: string;
  Nb_status: string;
  ClusterBacked: boolean;
  Repository?: string;
  Requirements?: string[];
  FailureReason?: string;
  Started?: string;
  StopsAt?: string;
}

const tones: Record<string, Tone> = { InService: "good", Failed: "bad", Stopped: "plain" };
export const NotebookState = ({ state }: { state: string }) => <Badge tone={tones[state] ?? "busy"}>{state}</Badge>;

export function NotebookDetail({ notebook, onChanged }: { notebook: Notebook; onChanged(): void }) {
  const { NotebookId, Nb_status, IdleMinutes, Started, StopsAt, Requirements = [] } = notebook;
  const runs = Nb_status === "InService";
  const { value: reported } = useData((signal) => readReport(NotebookId, signal), [NotebookId, Nb_status], {
    every: 10_000,
  });
  const path = `/notebooks/${encodeURIComponent(NotebookId)}`;
  const move = async (verb: "start" | "stop") => {
    await askPlatform("POST", `${path}/${verb}`);
    onChanged();
  };
  const open = async () => {
    const { Url } = await askPlatform<{ Url?: string }>("GET", path);
    if (!Url) throw new Error(`${notebook.Name} does not run any more`);
    window.open(Url, "_blank", "noopener");
  };
  const active = Date.parse(reported?.active ?? Started ?? "");
  return (
    <>
      <Facts
        of={{
          State: <NotebookState state={Nb_status} />,
          Why: notebook.FailureReason,
          Idle:
            runs && (reported?.busy ? `no: a ${reported.busy} is open` : `for ${durationText(Date.now() - active)}`),
          "Stopped when idle for": durationText(IdleMinutes * 60_000),
          "Is stopped at": StopsAt && dayAndTime(Date.parse(StopsAt)),
          "Last report": runs && (reported?.reported ? dayAndTime(Date.parse(reported.reported)) : "none yet"),
          Machine: notebook.InstanceType,
          Volume: `${notebook.VolumeSize} GB`,
          Kernels: notebook.ClusterBacked && "on the Spark application",
          Repository: notebook.Repository,
          Requirements: Requirements.join(", "),
          Made: dayAndTime(Date.parse(notebook.Timestamp)),
        }}
      />
      <div class="actions">
        {runs && (
          <>
            <Button primary onPress={open}>
              Open
            </Button>
            <Button onPress={() => move("stop")}>Stop</Button>
          </>
        )}
        {Nb_status === "Stopped" && (
          <Button primary onPress={() => move("start")}>
            Start
          </Button>
        )}
      </div>
    </>
  );
}

interface Report {
  reported?: string;
  active?: string;
  busy?: string;
}

/** What the instance says of itself every five minutes, by its tags. */
async function readReport(id: string, signal: AbortSignal): Promise<Report> {
  const { NotebookInstances = [] } = await call("sagemaker", "ListNotebookInstances", { NameContains: id }, signal);
  const ResourceArn = NotebookInstances.find(({ NotebookInstanceName = "" }) =>
    NotebookInstanceName.endsWith(`-${id}`),
  )?.NotebookInstanceArn;
  if (!ResourceArn) return {};
  const { Tags = [] } = await call("sagemaker", "ListTags", { ResourceArn }, signal);
  const told = Tags.filter(({ Key = "" }) => Key.startsWith("notebook:"));
  return Object.fromEntries(told.map(({ Key = "", Value }) => [Key.slice("notebook:".length), Value]));
}
