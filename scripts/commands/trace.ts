import { BatchGetTracesCommand, paginateGetTraceSummaries, type TraceSummary, XRayClient } from "@aws-sdk/client-xray";
import pc from "picocolors";
import type { CommandModule } from "yargs";
import { Failure } from "../lib/failure.ts";
import { parseAge } from "../lib/logEvents.ts";
import { printJson, printTable } from "../lib/print.ts";
import { readStack } from "../lib/stack.ts";
import { type Segment, traceLines } from "../lib/traceTree.ts";

interface Options {
  id?: string;
  since: string;
  stack?: string;
  json?: boolean;
}

const traceId = /1-[0-9a-f]{8}-[0-9a-f]{24}/;

/** `dsp trace`: one request on its way through functions, queues and executions, from X-Ray; or the last traces. */
export const trace: CommandModule<object, Options> = {
  command: "trace [id]",
  describe: "Show a request's way through functions, queues and executions",
  builder: (command) =>
    command
      .positional("id", {
        type: "string",
        describe: "Of a trace, or a header X-Amzn-Trace-Id [default: list the last ones]",
      })
      .option("since", { type: "string", default: "10m", describe: "How far back the list goes: 30s, 10m, 2h, 1d" })
      .example("dsp trace", "The last traces")
      .example("dsp trace 1-6b0c8184-432909e055694091b8173c05", "One of them"),
  async handler({ id, since, stack: name, json }) {
    const stack = await readStack(name);
    const client = new XRayClient(stack.client);
    if (id === undefined) return list(client, since, json);
    const [asked] = traceId.exec(id) ?? [];
    if (asked === undefined)
      throw new Failure(`"${id}" is no trace. One is such as 1-6b0c8184-432909e055694091b8173c05: dsp trace`);
    const { Traces: [found] = [] } = await client.send(new BatchGetTracesCommand({ TraceIds: [asked] }));
    if (!found)
      throw new Failure(
        `There is no trace ${asked}. Of requests a part is traced, the first of each second: dsp trace`,
      );
    const segments = (found.Segments ?? []).map(({ Document = "{}" }) => JSON.parse(Document) as Segment);
    if (json) return printJson(segments);
    for (const line of traceLines(segments)) console.log(line);
  },
};

async function list(client: XRayClient, since: string, json: boolean | undefined): Promise<void> {
  const [StartTime, EndTime] = [new Date(Date.now() - parseAge(since)), new Date()];
  const found: TraceSummary[] = [];
  for await (const { TraceSummaries = [] } of paginateGetTraceSummaries({ client }, { StartTime, EndTime }))
    found.push(...TraceSummaries);
  if (json) return printJson(found);
  if (found.length === 0) return console.log(`No request was traced in the last ${since}.`);
  printTable(
    found.map(({ Id = "", Duration = 0, HasFault, HasError, HasThrottle, Http, EntryPoint }) => [
      Id,
      HasFault
        ? pc.red("fault")
        : HasThrottle
          ? pc.yellow("throttled")
          : HasError
            ? pc.yellow("error")
            : pc.green("ok"),
      `${Math.round(Duration * 1000)} ms`,
      Http?.HttpURL ? `${Http.HttpMethod} ${new URL(Http.HttpURL).pathname}` : (EntryPoint?.Name ?? ""),
    ]),
  );
}
