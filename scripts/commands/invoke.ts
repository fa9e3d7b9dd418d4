import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import pc from "picocolors";
import type { CommandModule } from "yargs";
import { Failure } from "../lib/failure.ts";
import { formatLogEvent } from "../lib/logEvents.ts";
import { printJson } from "../lib/print.ts";
import { type SampleEvent, sampleEvents } from "../lib/sampleEvents.ts";
import { readStack } from "../lib/stack.ts";
import { chosenFunction } from "../lib/stackFunctions.ts";

interface Options {
  function: string;
  event?: string;
  sample?: SampleEvent;
  stack?: string;
  json?: boolean;
}

/** `dsp invoke`: one function, with an event of a file or a sample; its log goes to standard error, its result to standard output. */
export const invoke: CommandModule<object, Options> = {
  command: "invoke <function>",
  describe: "Invoke a function, with its log and its result",
  builder: (command) =>
    command
      .positional("function", { type: "string", demandOption: true, describe: "Its name in the program" })
      .option("event", { type: "string", describe: "File of the event, in JSON [default: {}]" })
      .option("sample", {
        choices: Object.keys(sampleEvents) as SampleEvent[],
        describe: "An event as that service sends it",
      })
      .conflicts("event", "sample")
      .example("dsp invoke whodis --sample apigateway", "A request, as API Gateway gives it")
      .example("dsp invoke iris-predict --event event.json", "An event of your own"),
  async handler({ function: name, event, sample, stack: stackName, json }) {
    const stack = await readStack(stackName);
    const { functionName } = await chosenFunction(stack, name);
    const payload = sample ? JSON.stringify(sampleEvents[sample](stack.client.region)) : read(event);
    const client = new LambdaClient({ ...stack.client, maxAttempts: 1 });
    const began = performance.now();
    const answer = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(payload), LogType: "Tail" }),
    );
    const milliseconds = Math.round(performance.now() - began);
    const result = parse(Buffer.from(answer.Payload ?? []).toString());
    const log = Buffer.from(answer.LogResult ?? "", "base64").toString();
    if (answer.FunctionError) process.exitCode = 1;
    if (json)
      return printJson({ function: name, milliseconds, failed: answer.FunctionError !== undefined, result, log });
    for (const message of log.split("\n").filter(Boolean)) {
      const line = formatLogEvent(name, { timestamp: Date.now(), message });
      if (line !== undefined) console.error(line);
    }
    console.error(answer.FunctionError ? pc.red(`failed in ${milliseconds} ms`) : pc.dim(`done in ${milliseconds} ms`));
    printJson(result);
  },
};

/** @throws {Failure} when there is no such file, or it is no JSON. */
function read(event: string | undefined): string {
  if (event === undefined) return "{}";
  // npm runs scripts in the project's folder; a file is meant where the user stands.
  const file = resolve(process.env.INIT_CWD ?? ".", event);
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(
      `--event is "${event}": ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message}`,
    );
  }
  try {
    JSON.parse(content);
  } catch (error) {
    throw new Failure(`--event is "${event}", which is no JSON: ${(error as Error).message}`);
  }
  return content;
}

function parse(json: string): unknown {
  try {
    return json === "" ? null : JSON.parse(json);
  } catch {
    return json;
  }
}
