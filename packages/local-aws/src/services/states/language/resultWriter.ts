/** ResultWriter: results of a distributed Map into S3. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html */
import { StateError } from "./failure.ts";
import type { Running } from "./running.ts";

/** How a child execution ended, in milliseconds since 1970. */
export interface ChildResult {
  arn: string;
  input: unknown;
  output?: unknown;
  error?: StateError;
  started: number;
  stopped: number;
}

const describe = ({ arn, input, output, error, started, stopped }: ChildResult, machineArn: unknown) => ({
  ExecutionArn: arn,
  Input: JSON.stringify(input),
  InputDetails: { Included: true },
  Name: arn.split(":").at(-1),
  ...(error
    ? { Cause: error.cause ?? "", Error: error.error ?? "" }
    : { Output: JSON.stringify(output), OutputDetails: { Included: true } }),
  RedriveCount: 0,
  RedriveStatus: "NOT_REDRIVABLE",
  StartDate: new Date(started).toISOString(),
  StateMachineArn: machineArn,
  Status: error ? "FAILED" : "SUCCEEDED",
  StopDate: new Date(stopped).toISOString(),
});

/** @returns the state's output: where the results are. @throws StateError `States.ResultWriterFailed` */
export async function writeResults(running: Running, runArn: string, results: ChildResult[]): Promise<unknown> {
  const { state, frame } = running;
  const { Resource, WriterConfig = {} } = state.ResultWriter;
  const { Transformation = Resource ? "NONE" : "COMPACT", OutputType = "JSON" } = WriterConfig;
  const { surroundings } = frame;
  const { context } = surroundings;
  const shown = results
    .filter(({ error }) => !error)
    .map((one) => {
      if (Transformation === "NONE") return describe(one, context.StateMachine.Id);
      return one.output;
    });
  const outputs = Transformation === "FLATTEN" ? shown.flat() : shown;
  if (!Resource) return outputs;
  const target = await running.argumentsOf("ResultWriter");
  const { Bucket, Prefix = "" } = target as { Bucket: string; Prefix?: string };
  const folder = `${Prefix && `${Prefix.replace(/\/$/, "")}/`}${runArn.split(":").at(-1)}`;
  const write = async (name: string, value: unknown[] | object) => {
    const lines = OutputType === "JSONL" && Array.isArray(value);
    const Key = `${folder}/${name}`;
    const Body = lines ? value.map((one) => JSON.stringify(one)).join("\n") : JSON.stringify(value);
    try {
      await surroundings.call("s3", "PutObject", { Bucket, Key, Body, ContentType: "application/json" });
    } catch (error) {
      throw error instanceof StateError ? new StateError("States.ResultWriterFailed", error.cause) : error;
    }
    return { Key, Size: Buffer.byteLength(Body) };
  };
  const failures = results.filter(({ error }) => error).map((one) => describe(one, context.StateMachine.Id));
  const ending = OutputType === "JSONL" ? "jsonl" : "json";
  const SUCCEEDED = outputs.length > 0 ? [await write(`SUCCEEDED_0.${ending}`, outputs)] : [];
  const FAILED = failures.length > 0 ? [await write(`FAILED_0.${ending}`, failures)] : [];
  const ResultFiles = { FAILED, PENDING: [], SUCCEEDED };
  const manifest = await write("manifest.json", { DestinationBucket: Bucket, MapRunArn: runArn, ResultFiles });
  return { MapRunArn: runArn, ResultWriterDetails: { Bucket, Key: manifest.Key } };
}
