/** ItemReader: items of a distributed Map out of S3. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
import { StateError } from "./failure.ts";
import { readResource } from "./resource.ts";
import { numberIn, type Running, shownValue } from "./running.ts";

const failed = (cause: string) => new StateError("States.ItemReaderFailed", cause);

/** @throws StateError `States.ItemReaderFailed` */
export async function readItems(running: Running): Promise<unknown[]> {
  const { state, frame } = running;
  const { Resource, ReaderConfig = {} } = state.ItemReader;
  const request = (await running.argumentsOf("ItemReader")) as Record<string, unknown>;
  const limit = await mostItems(running, ReaderConfig);
  const action = readResource(Resource)?.action;
  const call = (service: string, operation: string, input: object) =>
    frame.surroundings.call(service, operation, input);
  if (action === "listObjectsV2") return (await listed(call, request, limit)).slice(0, limit);
  const object = await called(() => call("s3", "GetObject", request));
  return parsed(await textOf(object.Body), ReaderConfig).slice(0, limit);
}

async function called<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StateError ? failed(error.cause ?? "") : error;
  }
}

async function listed(
  call: Running["frame"]["surroundings"]["call"],
  request: Record<string, unknown>,
  limit: number,
): Promise<unknown[]> {
  const items: unknown[] = [];
  let ContinuationToken: unknown;
  do {
    const page = await called(() =>
      call("s3", "ListObjectsV2", { ...request, ...(ContinuationToken !== undefined && { ContinuationToken }) }),
    );
    items.push(...((page.Contents as Record<string, unknown>[] | undefined) ?? []).map(entry));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined && items.length < limit);
  return items;
}

/** An entry of a listing, its time in seconds, as items have it. */
const entry = (object: Record<string, unknown>) => ({
  ...object,
  ...(object.LastModified instanceof Date && { LastModified: object.LastModified.getTime() / 1_000 }),
});

async function mostItems(running: Running, config: Record<string, unknown>): Promise<number> {
  const { MaxItems, MaxItemsPath } = config;
  let value: unknown = MaxItems;
  if (MaxItemsPath !== undefined) value = numberIn(running.reference(MaxItemsPath as string, running.input));
  else if (running.jsonata && MaxItems !== undefined)
    value = await running.evaluate(MaxItems, "ItemReader/ReaderConfig/MaxItems");
  if (value === undefined || value === 0) return Number.POSITIVE_INFINITY;
  const whole = typeof value === "number" && Number.isInteger(value) ? value : undefined;
  if (whole !== undefined && whole > 0) return whole;
  if (whole !== undefined || MaxItemsPath === undefined) throw failed("field MaxItems must be positive");
  throw failed(
    `The MaxItemsPath field refers to value "${shownValue(value)}" which is not a valid integer: ${MaxItemsPath}`,
  );
}

async function textOf(body: unknown): Promise<string> {
  if (body === undefined) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

function parsed(text: string, config: Record<string, unknown>): unknown[] {
  switch (config.InputType) {
    case "CSV":
      return csvItems(text, config);
    case "JSONL":
      return text
        .split(/\r?\n/)
        .filter((line) => line.trim() !== "")
        .map(json);
    default: {
      const pointer = config.ItemsPointer as string | undefined;
      const value = (pointer ?? "")
        .split("/")
        .slice(1)
        .reduce(
          (inner, name) =>
            (inner as Record<string, unknown> | undefined)?.[name.replaceAll("~1", "/").replaceAll("~0", "~")],
          json(text),
        );
      if (!Array.isArray(value)) throw failed("Attempting to map over non-iterable node.");
      return value;
    }
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failed(`The input is not JSON: ${(error as Error).message}`);
  }
}

const delimiters: Record<string, string> = { COMMA: ",", PIPE: "|", SEMICOLON: ";", SPACE: " ", TAB: "\t" };

function csvItems(text: string, config: Record<string, unknown>): unknown[] {
  const rows = csvRows(text, delimiters[String(config.CSVDelimiter ?? "COMMA")] ?? ",");
  const headers = config.CSVHeaderLocation === "GIVEN" ? (config.CSVHeaders as string[]) : (rows.shift() ?? []);
  if (new Set(headers).size < headers.length) throw failed("CSV headers cannot contain duplicates.");
  return rows.map((row) => Object.fromEntries(headers.map((name, index) => [name, row[index] ?? ""])));
}

/** Rows of fields. https://www.rfc-editor.org/rfc/rfc4180 */
function csvRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [[]];
  let field = "";
  let quoted = false;
  const next = () => {
    rows.at(-1)!.push(field);
    field = "";
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') field += text[at++];
      else quoted = false;
    } else if (character === '"' && field === "") quoted = true;
    else if (character === delimiter) next();
    else if (character === "\n" || character === "\r") {
      if (character === "\r" && text[at + 1] === "\n") at++;
      next();
      rows.push([]);
    } else field += character;
  }
  next();
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}
