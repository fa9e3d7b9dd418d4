import { createHash, randomInt } from "node:crypto";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod/mini";
import { logger } from "../lib/logger.ts";
import { type FileInfo, type Granule, InvalidInput, urlOf } from "./granule.ts";
import { type FileName, readFile } from "./readFile.ts";
import { settings } from "./settings.ts";

export interface GatherInfoEvent {
  /** The execution's input, whatever it is. */
  input: unknown;
  /** The record's key, the same in every try. */
  id: string;
  /** Where the input does not say. */
  approval_needed: boolean;
}

const text = (from: number, to: number) => {
  const wrong = `allowed is text of ${from} to ${to} characters`;
  return z.string(wrong).check(z.minLength(from, wrong), z.maxLength(to, wrong));
};
const noQuality = "allowed is a number from 0 to 100";
const quality = z.number(noQuality).check(z.minimum(0, noQuality), z.maximum(100, noQuality));
const yesOrNo = z.boolean("allowed are true, false");
const inputSchema = z.looseObject(
  {
    approval_needed: z.optional(yesOrNo),
    quality: z.optional(quality),
    archive: z.optional(yesOrNo),
    bucket: z.optional(text(3, 63)),
    key: z.optional(text(1, 1_024)),
    versionId: z.optional(text(1, 1_024)),
  },
  "allowed is a JSON object",
);
type Input = z.infer<typeof inputSchema>;

/**
 * The Gather Info task: what is known of the file; without one, a simulated granule. What the input says is kept, but for
 * what says which file it is: an approver is shown the very file that is acted upon.
 */
export async function handler({ input, id: recordId, approval_needed }: GatherInfoEvent): Promise<Granule> {
  const id = createHash("md5").update(recordId).digest("hex");
  const { bucket, key, versionId, url: _url, file: _file, id: _id, ...given } = read(inputSchema, input, "the input");
  if (key === undefined && bucket !== undefined) throw new InvalidInput("key is missing: bucket names a file's place");
  if (key === undefined) return { approval_needed, ...simulated(id), ...given, id };

  const name: FileName = { bucket: bucket ?? settings.dropBucket, key, versionId };
  const { file, labels } = await readFile(name);
  logger.info("read", { id, size: file.size });
  const judged = await judge(id, file, labels, given);
  return { approval_needed, url: urlOf(file.bucket, file.key), ...judged, ...given, id, file };
}

/** As the original did: somebody else's metadata, made up. */
const simulated = (id: string) => ({
  quality: randomInt(100),
  archive: randomInt(2) === 1,
  url: `https://example.org/granules/${id}`,
});

const labelSchema = z.object({
  quality: z.optional(z.coerce.number(noQuality).check(z.minimum(0, noQuality), z.maximum(100, noQuality))),
  archive: z.optional(
    z.pipe(
      z.enum(["true", "false"], "allowed are true, false"),
      z.transform((value) => value === "true"),
    ),
  ),
});
const verdictSchema = z.object({ quality, archive: z.optional(yesOrNo) }, "allowed is a JSON object");

/** The input decides, then tags, metadata, the stack's own function; a file of which nobody says anything is good. */
async function judge(id: string, file: FileInfo, labels: Record<string, string>, given: Input) {
  const labelled = read(labelSchema, labels, "the file's tags and metadata");
  const said = { ...defined(labelled), ...defined({ quality: given.quality, archive: given.archive }) };
  if (said.quality === undefined && settings.qualityFunction) {
    return { archive: true, ...(await ask(settings.qualityFunction, { id, file, labels })), ...said };
  }
  return { archive: true, quality: file.size === 0 ? 0 : 100, ...said };
}

let lambda: LambdaClient | undefined;

async function ask(FunctionName: string, question: object): Promise<z.infer<typeof verdictSchema>> {
  lambda ??= new LambdaClient({ maxAttempts: 6 });
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(question)) }),
  );
  const answer = Buffer.from(Payload ?? []).toString();
  if (FunctionError) throw new Error(`The quality function failed: ${answer}`);
  return read(verdictSchema, JSON.parse(answer || "null"), "the quality function's answer");
}

const defined = <Value extends object>(value: Value): Partial<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<Value>;

/** @throws {InvalidInput} naming the field that is wrong. */
function read<Schema extends z.ZodMiniType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new InvalidInput(path.length > 0 ? `${path.join(".")} of ${what}: ${message}` : `${what}: ${message}`);
}
